/** A key-value server that speaks the Redis protocol; in memory only. */
package dev.millrace.examples.kv;
