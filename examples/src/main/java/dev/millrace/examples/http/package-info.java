/**
 * An HTTP/1.1 server, as RFC 9110 and RFC 9112 ask of an origin server.
 *
 * <p><b>The parsers</b> do no I/O, read no clock and know no connection: bytes in, messages out.
 * {@link dev.millrace.examples.http.HeadParser HeadParser} fills a {@link
 * dev.millrace.examples.http.RequestHead RequestHead}, which owns a copy of its bytes, and {@link
 * dev.millrace.examples.http.BodyDecoder BodyDecoder} finds the slices of a body in the bytes that
 * follow. All three belong to one connection and are used again for each of its requests; none is
 * thread-safe, as a connection's callbacks come on one thread.
 *
 * <p><b>Errors.</b> A bad request is a status code, never an exception: the parsers answer the one
 * that says best what is wrong. After it nobody knows where the next request begins, so the answer
 * has to be the last of its connection. They are strict where two readers of the same bytes could
 * disagree about where a message ends, which is what request smuggling lives on.
 *
 * <p><b>The server.</b> {@link dev.millrace.examples.http.HttpService HttpService} is what one
 * loop's connections share and makes their handlers. Such a handler is a state machine, drawn
 * beside its states in {@code HttpConnection}: it takes a request from its input when there is room
 * for an answer, and the next one when that answer is written. {@code ResponseWriter} writes an
 * answer's head, and its body if that is short, into the service's one buffer; long ones go out as
 * the client takes them.
 *
 * <p><b>Threads.</b> Everything belongs to the loop's thread. Looking for a file, opening and
 * reading it block that thread: {@code StaticFiles} says why that is accepted.
 *
 * <p><b>What it leaves out.</b> HTTP/2, TLS, compression, directory listings, a log of requests;
 * and an answer where the input is broken in the middle of a body that is being echoed: the one
 * answer is on its way then, and is cut short, which its framing shows.
 */
package dev.millrace.examples.http;
