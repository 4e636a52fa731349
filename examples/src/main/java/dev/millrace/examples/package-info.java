/**
 * The command line of the examples: one jar, one subcommand a program, and the options they have in
 * common.
 */
package dev.millrace.examples;
