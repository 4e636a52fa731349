/**
 * A key-value server that speaks the Redis protocol; in memory only.
 *
 * <p>Role: to show that a binary-safe, pipelined protocol with state between its connections can be
 * built on the core without a buffer of its own on the way in, and without an allocation in the
 * steady state. Replies and errors are those of Redis 7.0, byte for byte, where a command exists at
 * all.
 *
 * <pre>
 *   onData ──▶ {@link dev.millrace.examples.kv.Input}   the offer as an array
 *                 │
 *              {@link dev.millrace.examples.kv.RespParser}   bytes in, {@link dev.millrace.examples.kv.Args} out: slices, no copies
 *                 │
 *              {@link dev.millrace.examples.kv.CommandTable}   name ──▶ {@link dev.millrace.examples.kv.Command}: arity, flags, action
 *                 │
 *              {@link dev.millrace.examples.kv.Keyspace}   the store
 *                 │
 *              {@link dev.millrace.examples.kv.Reply}   RESP2 or RESP3 ──▶ one write, or {@link dev.millrace.examples.kv.Outbox}
 * </pre>
 *
 * <h2>Threads</h2>
 *
 * <p>One {@link dev.millrace.examples.kv.KvService} belongs to one loop and is used by its thread
 * only; that is what makes each command atomic, as in Redis. The array of the offer, the arguments
 * and the reply are there once for all clients, since a loop calls one handler at a time.
 *
 * <h2>Who owns what</h2>
 *
 * <p>Arguments are slices of the offer's copy and valid until the command has run; what is stored
 * is copied. A reply is copied by the write. A value that is large is <em>lent</em> to the reply
 * instead: it is not changed in place from then on, whatever becomes of its key, until the last
 * client has taken it.
 *
 * <h2>What is bounded</h2>
 *
 * <ul>
 *   <li>A request: {@link dev.millrace.examples.kv.KvSettings#maxBulkBytes} an argument, twice that
 *       and 64 KiB in all; said in an error before the core's own limit would cut the connection.
 *       What an array announces is never allocated, only what has come.
 *   <li>What a client that does not read can cost: its next command is not run before its replies
 *       are out, but for what one write takes, and its input stays where TCP has it.
 *   <li>One reply: values are lent; what is copied of replies for all clients together is bounded
 *       by {@link dev.millrace.examples.kv.KvSettings#maxWaitingBytes}, and a reply beyond it
 *       becomes an error. Redis has no such bound by default, and ends where memory ends.
 *   <li>Messages to a subscriber that does not read: as much as the connection's queue may have, or
 *       16 MiB and one largest argument behind a reply or a large message; the one beyond it ends
 *       the subscriber.
 *   <li>The store: {@link dev.millrace.examples.kv.KvSettings#maxMemoryBytes}, with which
 *       subscriptions and waiting replies are counted; only what stores something is refused for
 *       it.
 *   <li>Time: KEYS, and SCAN with a large COUNT, hold up all others while they walk, as in Redis.
 * </ul>
 *
 * <h2>Errors</h2>
 *
 * <p>A command that is wrong is answered by an error, and the next one is run. Bytes that are no
 * RESP are answered by {@code -ERR Protocol error} and the end of the connection, for nobody knows
 * where the next request begins.
 *
 * <h2>Where it differs from Redis</h2>
 *
 * <ul>
 *   <li>Keys whose time has passed are not counted by DBSIZE; Redis counts them until it comes
 *       across them.
 *   <li>Time is the loop's: the wall clock is read when the first client comes, and setting it
 *       later moves nothing.
 *   <li>CLIENT LIST ID lists a client once, even if it is named twice.
 *   <li>A NUL in a header is an error at once; Redis waits for the line to be 64 KiB long first.
 * </ul>
 *
 * <p>Reading order: {@code RespParser}, {@code Session}, {@code KeyCommands}, {@code Reply}, {@code
 * Keyspace}; the last one is the hard one.
 */
package dev.millrace.examples.kv;
