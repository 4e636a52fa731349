/** To be written. */
package dev.millrace;
