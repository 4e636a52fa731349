/**
 * What goes wrong, and what it is called: a closed list of {@linkplain
 * dev.millrace.failure.FailureKind kinds}, and a {@linkplain dev.millrace.failure.Classifier
 * classifier} that says which one an exception is and how certain that is.
 *
 * <p>It is for reading logs and counting: that a peer left, which no one need be woken for, and
 * that descriptors ran out, which someone must, are the same {@code IOException} to Java. Whether a
 * connection lives is never decided here. A failed read or write has ended it, whatever the name.
 *
 * <p>In reading order: {@link dev.millrace.failure.Failure}, which is the result, {@link
 * dev.millrace.failure.FailureKind}, {@link dev.millrace.failure.Classifier}; the hard one is
 * {@link dev.millrace.failure.FailureTexts}. A leaf: it depends on the JDK and on slf4j's levels,
 * and opens channels only through a provider that it is given.
 *
 * <h2>The rule</h2>
 *
 * <p>Operation, state and exception class decide. A text counts only if it was learned from this
 * very JVM, and only by equality. An honest {@code UNKNOWN} with the raw text beside it beats a
 * wrong name.
 *
 * <table>
 *   <caption>Evidence, as measured on Linux with OpenJDK 17 and 25, and what is concluded</caption>
 *   <thead>
 *     <tr><th>operation</th><th>evidence</th><th>kind</th><th>certainty</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>any</td><td>ClosedByInterruptException</td><td>INTERRUPTED</td><td>certain</td></tr>
 *     <tr><td>any</td><td>other ClosedChannelException, CancelledKeyException, ClosedSelectorException</td>
 *         <td>CLOSED_LOCALLY</td><td>certain</td></tr>
 *     <tr><td>any</td><td>UnresolvedAddressException, UnknownHostException</td><td>UNRESOLVED</td><td>certain</td></tr>
 *     <tr><td>any</td><td>UnsupportedAddressTypeException</td><td>UNSUPPORTED_ADDRESS</td><td>certain</td></tr>
 *     <tr><td>read</td><td>exactly SocketException</td><td>ECONNRESET</td><td>certain</td></tr>
 *     <tr><td>read</td><td>other IOException</td><td>no reset; a time-out or an unreachable host if learned, else
 *         UNKNOWN</td><td>by text</td></tr>
 *     <tr><td>write, transfer</td><td>IOException with a learned text</td><td>EPIPE, ECONNRESET</td><td>by text</td></tr>
 *     <tr><td>write, transfer</td><td>the same, ECONNRESET after the input had ended</td><td>UNKNOWN: Linux has EPIPE
 *         there</td><td>unknown</td></tr>
 *     <tr><td>write, transfer</td><td>other IOException</td><td>UNKNOWN</td><td>unknown</td></tr>
 *     <tr><td>connect</td><td>ConnectException within 900 ms</td><td>ECONNREFUSED: the first SYN is repeated after 1 s
 *         (RFC 6298), no time-out is that early</td><td>certain</td></tr>
 *     <tr><td>connect</td><td>ConnectException later, text as learned</td><td>ECONNREFUSED</td><td>by text</td></tr>
 *     <tr><td>connect</td><td>ConnectException later, text not as learned</td><td>ETIMEDOUT, which is what is
 *         left</td><td>by text</td></tr>
 *     <tr><td>connect</td><td>ConnectException later, nothing learned</td><td>UNKNOWN</td><td>unknown</td></tr>
 *     <tr><td>connect</td><td>NoRouteToHostException</td><td>EHOSTUNREACH</td><td>certain</td></tr>
 *     <tr><td>connect</td><td>BindException</td><td>LOCAL_ADDRESS_OR_POLICY: EADDRNOTAVAIL, EADDRINUSE or EACCES</td>
 *         <td>certain</td></tr>
 *     <tr><td>connect</td><td>SocketException with the text of a reset</td><td>ECONNRESET: accepted, then reset</td>
 *         <td>by text</td></tr>
 *     <tr><td>connect</td><td>SocketException with the text of an unreachable network</td><td>ENETUNREACH</td>
 *         <td>by text</td></tr>
 *     <tr><td>connect</td><td>other SocketException: EINVAL; of a Unix domain socket a missing file (ENOENT) and a
 *         full queue (EAGAIN) alike</td><td>UNKNOWN</td><td>unknown</td></tr>
 *     <tr><td>open</td><td>anything, and no descriptor of another kind can be opened</td><td>EMFILE</td>
 *         <td>certain</td></tr>
 *     <tr><td>bind</td><td>BindException; the address with port 0 cannot be bound, the wildcard can</td>
 *         <td>EADDRNOTAVAIL</td><td>certain</td></tr>
 *     <tr><td>bind</td><td>BindException, text as learned</td><td>EADDRINUSE</td><td>by text</td></tr>
 *     <tr><td>bind</td><td>BindException, text not as learned, port 1 to 1023, the address with port 0 can be bound</td>
 *         <td>EACCES, which is what is left</td><td>by text</td></tr>
 *     <tr><td>accept</td><td>anything, and no descriptor can be opened</td><td>EMFILE</td><td>certain</td></tr>
 *     <tr><td>all</td><td>all else</td><td>UNKNOWN</td><td>unknown</td></tr>
 *   </tbody>
 * </table>
 *
 * <p>That is why a connection that is ready is read before it is written: a failed read says
 * "reset" by its class, a failed write says it only in words, and it uses up the evidence, for the
 * next read returns -1 as if the peer had ended in good order.
 *
 * <h2>What picks the language</h2>
 *
 * <p>The message is the C library's {@code strerror}. glibc takes its language from LC_ALL, else
 * LC_MESSAGES, else LANG, and before them from LANGUAGE unless the locale is plain C; {@code
 * -Duser.language} has no part in it. So a reset is "Connection reset by peer", "Die Verbindung
 * wurde vom Kommunikationspartner zurückgesetzt" or "接続が相手からリセットされました". C.UTF-8 is not safely
 * English: with LANGUAGE=de it is German. Nor is Japanese all Japanese: glibc leaves "Broken pipe"
 * as it is.
 *
 * <p>The character set comes from LC_CTYPE, and where it cannot hold the language the text is lost.
 * LANG=ja_JP.UTF-8 with LC_CTYPE=C makes sixteen question marks of a reset, and the same sixteen of
 * an address that is not available. Texts of which more was lost than kept are not learned, and of
 * two equal ones neither is.
 *
 * <p>A few texts are the JDK's own and English everywhere, such as "Connection reset" of a failed
 * read. The class says the same there, so they are not used either.
 *
 * <h2>Rejected</h2>
 *
 * <ol>
 *   <li>Matching the English texts, by {@code contains} or a regular expression: silently names
 *       nothing on a German system, and in a container the image decides whether it works. Adding
 *       the other languages means shipping glibc's catalogues, of all versions.
 *   <li>Calling {@code strerror} through the foreign function interface: Java 22 or later, some 50
 *       ms at the first call, a warning of four lines on stderr unless the launcher allows native
 *       access, and still only the texts: the errno of the failed call is gone by then.
 *   <li>Setting LC_MESSAGES=C: works, but it is the environment of the process, which belongs to
 *       the operator. A library cannot set it after the JVM has started, nor rely on it.
 * </ol>
 */
package dev.millrace.failure;
