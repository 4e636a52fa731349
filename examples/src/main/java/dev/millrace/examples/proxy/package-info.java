/** A TCP proxy. */
package dev.millrace.examples.proxy;
