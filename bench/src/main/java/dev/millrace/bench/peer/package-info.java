/**
 * The servers that are measured, and how they are started. In reading order:
 *
 * <ul>
 *   <li>{@link dev.millrace.bench.peer.Peer}: the list of them, with the settings that reports name
 *   <li>{@code BareEcho} and {@code BareTimeoutsEcho}: what the JVM costs without any library, the
 *       floor; {@code epoll-echo.c}: what it costs without the JVM
 *   <li>{@code MillraceEcho}, {@code NettyEcho}, {@code ActiveJEcho}, {@code VirtualThreadsEcho}:
 *       each as its own documentation, examples or benchmarks have it where that is fastest, with
 *       the reasons beside the settings
 *   <li>{@link dev.millrace.bench.peer.ServeCommand}: one of them in this JVM, answering questions
 *       about its memory
 *   <li>{@link dev.millrace.bench.peer.ServerProcess}: one of them in a process of its own
 * </ul>
 *
 * All of them echo byte for byte on one event loop, also to a client that reads late; all have
 * TCP_NODELAY, the same backlog, and read up to 64 KiB at a time where that can be chosen. An echo
 * ends with the JVM, so there is no way to stop one.
 */
package dev.millrace.bench.peer;
