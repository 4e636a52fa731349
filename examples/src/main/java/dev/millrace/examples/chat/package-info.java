/**
 * A chat for lines of text: one room, and what one says all the others hear.
 *
 * <h2>Role</h2>
 *
 * <p>It shows how one connection's callback writes to many others, and what becomes of those that
 * do not read. {@link dev.millrace.examples.chat.ChatRoom} is the room and makes the handlers;
 * {@code Member} is one connection's handler and has the states; {@code LineParser} makes lines out
 * of bytes, {@code Nickname} names out of lines; {@code Pace} slows down who floods.
 *
 * <h2>The protocol</h2>
 *
 * <p>Lines of UTF-8, ended by LF or CRLF; the server ends its own by LF. The first line is the
 * name. Then a line that begins with {@code /} is a command, an empty one is nothing, and any other
 * is said. What people say comes as {@code <name> text}, what the room says as {@code * text}; so
 * nobody can say something that looks like the room's.
 *
 * <h2>Threads</h2>
 *
 * <p>A room and its members live on one loop and belong to its thread; nothing here is shared. A
 * second loop would need a second room.
 *
 * <h2>Ownership and order</h2>
 *
 * <p>A message is encoded once, into a buffer that the room has for all, and every member's {@code
 * write} copies it from there. The room says one message at a time, and to everybody before the
 * next one, so all see the same ones in the same order, from their joining to their leaving; only
 * one's own words are not sent back. When a member turns out to have left while a message goes
 * round, the others are told after the round.
 *
 * <h2>Slow readers</h2>
 *
 * <p>The limit of how far a member may be behind is {@code ChatSettings.backlogBytes}, and less
 * where many share the loop's memory. Who would pass it is cut, at once, and nobody waits for him.
 * The core's hard limit lies a little above it, so there is always room for the last line, which
 * says why; then comes {@code close()}. The line is behind all that was not read: who starts to
 * read within the time-out for draining gets everything up to the cut and the reason, anybody else
 * a reset. The others get a line that he left and why, the log has one at DEBUG.
 *
 * <p>A close delivers, so who was cut still holds memory, and is counted until that is free: all
 * backlogs share {@code ChatSettings.ROOM_BYTES}, and of those who are closing, when they hold half
 * of it, the oldest is aborted. If the loop refuses a write all the same, the message is held up:
 * who holds memory because he does not read is aborted, nobody else is read meanwhile, and the
 * message goes on in the next turn. So who reads is never cut for what others did not read, and
 * misses nothing.
 *
 * <h2>Errors</h2>
 *
 * <p>A line that is too long, not UTF-8, or has control characters (a terminal would obey them) is
 * answered with one line and not said. Whatever ends a connection comes as its close record, and
 * what it says becomes the reason in the line to the others.
 */
package dev.millrace.examples.chat;
