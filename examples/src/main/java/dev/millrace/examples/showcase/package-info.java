/**
 * What a server is doing, live, on a page that it serves itself.
 *
 * <pre>
 *   loop "showcase"                                    loop "guests"
 *   +--------------------------------------------+     +--------------------+
 *   | echo server &lt;---------------------------------------- guests         |
 *   |      | records, connections                |     +--------------------+
 *   |      v                                     |
 *   | History, Snapshot --&gt; Watchers == events ==&gt;  browser
 *   |                                            |      |
 *   | http server --&gt; Page &lt;---- GET, POST --------------+
 *   |                   |                        |     thread "lab", while one runs
 *   +-------------------|------------------------+     +--------------------+
 *                       +------------ LabDesk --------&gt; | an experiment      |
 *                                                      +--------------------+
 * </pre>
 *
 * <p><b>Threads.</b> Everything belongs to the loop that carries both servers, but for the guests,
 * whose states would be counted together with those that are shown, and for experiments, which
 * block. Both are spoken to by tasks, and answer by tasks.
 *
 * <p><b>Bounds.</b> A snapshot names 200 connections and 50 records at the most. There are 32
 * watchers, each with one snapshot waiting at the most, 100 guests, and one experiment at a time.
 * History has 60 bars and counts; nothing grows.
 *
 * <p><b>Rest.</b> The one timer of this package is armed while somebody watches. Without watchers,
 * clients and guests no timer is armed at all, and both loops sleep until somebody comes.
 *
 * <p><b>Who may.</b> Whoever reaches the port, from this page only: see {@code SameOrigin}. So it
 * listens on the loopback address unless told otherwise.
 *
 * <p><b>Errors.</b> What is wrong with a request is one line with the status that fits; an
 * experiment that fails is a 500 and an ERROR in the log; a watcher that is cut is a close record
 * like any other, and stands on the page.
 */
package dev.millrace.examples.showcase;
