/** A chat for lines of text. */
package dev.millrace.examples.chat;
