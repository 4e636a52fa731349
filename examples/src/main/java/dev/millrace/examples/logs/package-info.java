/**
 * Log files that can be read again by a program, and that cost the server nothing when the disk
 * does.
 *
 * <pre>
 *   any thread            the queue's own thread
 *   a log call ──▶ queue ──▶ line ──▶ file ──▶ (full, or midnight in UTC) ──▶ .gz, oldest deleted
 *              │                 │
 *              └─ full: counted  └─ disk full: cut off what was written of it, counted
 * </pre>
 *
 * <p>{@link dev.millrace.examples.logs.LogFiles} puts it together from logback's parts: the queue
 * is its {@code AsyncAppender}, which never blocks; the line its {@code JsonEncoder}; the files its
 * {@code SizeAndTimeBasedRollingPolicy}. Own is what they have not: a line is in the file whole or
 * not at all ({@code WholeLines}), and those that are not are counted and told. And two programs of
 * one name never share a directory ({@code NameLock}), also where somebody has removed the files
 * that one of them has open.
 *
 * <h2>Why not logback's own output stream</h2>
 *
 * <p>After a failed write it throws away what comes for 20 ms to five minutes, uncounted, opens the
 * file anew, and goes on behind what it had written of the last line: that line and the next become
 * one that is neither. Here each line is tried, in the queue's thread, where a write that fails
 * costs nobody anything; so it goes on with the first line that there is room for.
 *
 * <p>Bounds: the queue holds {@code queueLines} events; the directory {@code totalBytes} of
 * archives, one file of {@code fileBytes}, and two files that could not be compressed.
 */
package dev.millrace.examples.logs;
