/**
 * The servers that are measured, and how they are started. In reading order:
 *
 * <ul>
 *   <li>{@link dev.millrace.bench.peer.Peer}: the list of them, which protocols each serves, and
 *       the settings that reports name
 *   <li>{@code BareEcho} and {@code BareTimeoutsEcho}: what the JVM costs without any library, the
 *       floor; {@code epoll-echo.c}: what it costs without the JVM
 *   <li>{@code MillraceEcho}, {@code NettyEcho}, {@code ActiveJEcho}, {@code VirtualThreadsEcho}:
 *       each as its own documentation, examples or benchmarks have it where that is fastest, with
 *       the reasons beside the settings; {@code NettyLoop} and {@code ActiveJLoop}: what the
 *       servers of one library have in common
 *   <li>{@code NettyHttp}, {@code ActiveJHttp}, {@code MicroHttp}: the same for HTTP, all with the
 *       answer of {@link dev.millrace.bench.peer.Hello}; {@code RedisServer}: the machine's own
 *   <li>{@link dev.millrace.bench.peer.ServeCommand}: one of them in this JVM, answering questions
 *       about its memory
 *   <li>{@link dev.millrace.bench.peer.ServerProcess}: one of them in a process of its own
 * </ul>
 *
 * All of them are right also for a client that reads late. All have the same backlog, and read up
 * to 64 KiB at a time where that can be chosen; all but {@code microhttp}, which says why, have
 * TCP_NODELAY. A server ends with the JVM, so there is no way to stop one.
 */
package dev.millrace.bench.peer;
