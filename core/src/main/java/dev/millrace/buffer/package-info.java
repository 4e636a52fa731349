/**
 * Where buffers come from: a pool of direct buffers in power-of-two sizes.
 *
 * <p>Role: a connection that has nothing to keep owns no buffer at all; one that must keep input or
 * could not hand its output to the kernel takes a buffer here and gives it back as soon as it is
 * empty. Steady traffic therefore allocates nothing.
 *
 * <p>Thread rule: a pool belongs to one thread and takes no lock.
 *
 * <p>Ownership: {@link dev.millrace.buffer.BufferPool#take} gives the buffer to the caller, {@link
 * dev.millrace.buffer.BufferPool#give} takes it back; between the two it belongs to the caller
 * alone.
 *
 * <p>Rejected: (1) reference counts: a buffer here has one owner at each moment, so there is
 * nothing to count, and nothing to count wrongly; (2) slices of one arena: a slice that is kept
 * pins the arena, and the kernel's cost per call hides what it would save; (3) leaving it to the
 * collector: a direct buffer is freed when its owner is found dead, which under load is too late.
 */
package dev.millrace.buffer;
