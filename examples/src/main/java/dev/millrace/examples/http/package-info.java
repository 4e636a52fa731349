/** An HTTP/1.1 origin server. */
package dev.millrace.examples.http;
