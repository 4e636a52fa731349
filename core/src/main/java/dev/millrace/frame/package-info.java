/**
 * Where a message begins and ends in a stream of bytes, and whether it came as it was sent. TCP
 * keeps the order of bytes and nothing else of what was written: two writes arrive as one read, or
 * as three.
 *
 * <p>A leaf, and without I/O: bytes in, frames out. It knows {@code java.nio.ByteBuffer} and no
 * connection. In reading order: {@link dev.millrace.frame.FrameResult}, which is what a reader
 * says; {@link dev.millrace.frame.FrameCodec}, frames with a checksum, for two programs of one's
 * own; {@link dev.millrace.frame.LengthPrefixed} and {@link dev.millrace.frame.Delimited}, for the
 * many protocols that are there already.
 *
 * <p>All three fit {@code ConnectionHandler.onData}: give them its buffer, again and again.
 *
 * <pre>{@code
 * @Override
 * public void onData(Connection connection, ByteBuffer data) {
 *   while (connection.room() > 0) {
 *     switch (codec.read(data)) {
 *       case FRAME -> answer(connection, codec.type(), codec.id(), codec.payload());
 *       case CORRUPT -> askAgain(connection, codec.id()); // the stream is still in step
 *       case INCOMPLETE -> {
 *         return; // what is left is offered again, with what follows
 *       }
 *       default -> {
 *         connection.abort("frames: " + codec.end(data));
 *         return;
 *       }
 *     }
 *   }
 * }
 *
 * @Override
 * public void onInputEnd(Connection connection, int unconsumed) {
 *   wasCut = codec.end(unconsumed) != FrameResult.END;
 *   connection.close();
 * }
 * }</pre>
 *
 * <h2>The checksummed frame</h2>
 *
 * <p>24 bytes before the payload, in network order:
 *
 * <pre>
 *  byte  0               1               2               3
 *        +---------------+---------------+---------------+---------------+
 *      0 |          magic FA 4D          |  version 01   |     type      |
 *        +---------------+---------------+---------------+---------------+
 *      4 |                            length                             |
 *        +---------------+---------------+---------------+---------------+
 *      8 |                              id                               |
 *        +                                                               +
 *     12 |                                                               |
 *        +---------------+---------------+---------------+---------------+
 *     16 |                     CRC32C of the payload                     |
 *        +---------------+---------------+---------------+---------------+
 *     20 |                    CRC32C of bytes 0 to 19                    |
 *        +---------------+---------------+---------------+---------------+
 *     24 | payload, as many bytes as length says
 * </pre>
 *
 * <ul>
 *   <li>Two checksums, because the length must be right before it may be waited for: a flipped bit
 *       in it would make a reader wait for bytes that never come, or take the next frame for a part
 *       of this one. The header's checksum covers the payload's.
 *   <li>CRC32C (Castagnoli; RFC 3720 section 12.1) finds every error of up to three bits and every
 *       burst of up to 32 in a row, and of all others all but one in 2<sup>32</sup>; processors
 *       have an instruction for it. TCP's own sum of 16 bits lets through far more, and does not
 *       cover what a router, a proxy or a program in between did (Stone and Partridge, 2000). It is
 *       no signature: against someone who wants to deceive, use TLS.
 *   <li>The magic's first byte is in no UTF-8 text and begins no TLS record, so a peer that speaks
 *       another protocol is found at its first byte.
 *   <li>Type and id are the application's. Nothing here gives them a meaning.
 * </ul>
 *
 * <h2>Errors</h2>
 *
 * <table>
 *   <caption>What each result means for the stream</caption>
 *   <thead>
 *     <tr><th>result</th><th>when</th><th>position</th><th>the stream</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>TRUNCATED</td><td>the input ended within a frame</td><td>as it was</td><td>is over; that frame
 *         was lost</td></tr>
 *     <tr><td>OVERSIZED</td><td>the frame is longer than the reader allows, and says so in a header that
 *         is whole</td><td>as it was</td><td>ends here: waiting for it would mean to buffer it</td></tr>
 *     <tr><td>CORRUPT</td><td>the header is right, the payload is not what was sent</td><td>behind the
 *         frame</td><td>goes on: where the next frame begins is known</td></tr>
 *     <tr><td>DESYNCHRONISED</td><td>what should be a header is none</td><td>as it was</td><td>ends here:
 *         where the next frame begins nobody knows</td></tr>
 *   </tbody>
 * </table>
 *
 * <h2>The rule for a stream that is out of step</h2>
 *
 * <p>Never look for the next frame. End the connection ({@code abort}: an answer could not be
 * understood by one who may be out of step himself) and make a new one. A codec that has said
 * DESYNCHRONISED or OVERSIZED says so to everything that follows, until {@link
 * dev.millrace.frame.FrameCodec#reset}, so that no program goes on by oversight.
 *
 * <p>To search for the magic would find it within payloads as well: then bytes that somebody sent
 * as <em>data</em> are obeyed as a message, checksums and all. And how many messages lay between
 * nobody would know. On a new connection both ends know where they are; what was lost is sent again
 * by whoever counts messages, and the cost is one round trip.
 *
 * <h2>Threads, buffers, cost</h2>
 *
 * <p>A codec belongs to one connection and one thread. It keeps no byte: what is incomplete stays
 * in the caller's buffer, which must be able to hold one frame ({@code Limits.maxKeptBytes}). A
 * payload is a read-only view of the caller's buffer, <em>borrowed</em> for as long as that is and
 * no longer than until the next read. Nothing is copied in reading; writing copies once, into the
 * caller's target. Nothing is allocated for a frame: the view is made once for each buffer object
 * that is given (the core gives the same ones again and again), and the last one is kept.
 *
 * <p>Reading one byte at a time costs no more than a multiple of reading in one piece: a header is
 * looked at again, a payload is not, and {@link dev.millrace.frame.Delimited} remembers how far it
 * has looked.
 *
 * <h2>Rejected</h2>
 *
 * <ol>
 *   <li>One checksum behind the payload: the length would be believed before it is checked.
 *   <li>A length of variable size: it saves three bytes of a small frame, and makes "how much is
 *       missing" a loop.
 *   <li>Exceptions for bad frames: a hostile peer would choose how many stack traces we make.
 *   <li>A codec that collects bytes: the core keeps them already, and bounds them.
 * </ol>
 */
package dev.millrace.frame;
