/**
 * The smallest server: it sends back what it is sent. It has no code for back-pressure, and needs
 * none.
 */
package dev.millrace.examples.echo;
