package dev.millrace.examples.showcase;

import dev.millrace.examples.http.Method;
import dev.millrace.examples.http.RequestHead;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Keeps other people's pages away from this one. A browser lets any page send requests to any
 * address, loopback too; what it does not let a page do is to choose the fields asked for here.
 *
 * <ul>
 *   <li><em>Host</em> has to be an address or a name that is ours. Somebody else's name that is
 *       made to point here (DNS rebinding) is one origin with his page, and is known by nothing
 *       else.
 *   <li>A request that does something has to come from a page of ours: Origin is that of the Host
 *       (RFC 6454), or Sec-Fetch-Site says {@code same-origin}; and neither says otherwise. One
 *       that says nothing is refused too: every browser of today says one of them.
 * </ul>
 *
 * <p>Sans-I/O, immutable; any thread.
 */
final class SameOrigin {
  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]+\\]");
  private static final Pattern PORT = Pattern.compile(":[0-9]{0,5}$");

  private final String host;

  /**
   * For a server that was told to listen here.
   *
   * @param host an address or a name
   */
  SameOrigin(String host) {
    this.host = host.toLowerCase(Locale.ROOT);
  }

  /**
   * Why a request is refused.
   *
   * @return one line that says what is wrong and what would be right; null if nothing is wrong
   */
  String refusal(RequestHead request) {
    boolean isHarmless = request.method() == Method.GET || request.method() == Method.HEAD;
    return refusal(
        isHarmless, request.host(), request.header("origin"), request.header("sec-fetch-site"));
  }

  /** The same for these fields; null stands for one that is not there. */
  String refusal(boolean isHarmless, String authority, String origin, String site) {
    if (!isOurs(authority)) {
      return "Host is '"
          + authority
          + "', allowed is an IP address, localhost, or the name given to --host";
    }
    if (isHarmless) {
      return null;
    }
    if (origin != null && !origin.equalsIgnoreCase("http://" + authority)) {
      return "Origin is '" + origin + "', allowed is the page's own, http://" + authority;
    }
    if (site != null && !site.equals("same-origin")) {
      return "Sec-Fetch-Site is '" + site + "', allowed is same-origin";
    }
    if (origin == null && site == null) {
      return "Origin is missing, allowed is the page's own, http://" + authority;
    }
    return null;
  }

  /**
   * An address can't be made to point elsewhere, so each is as good as ours; of names only those
   * that are known. The port says nothing: it may be another one where it is forwarded.
   */
  private boolean isOurs(String authority) {
    String name = PORT.matcher(authority.toLowerCase(Locale.ROOT)).replaceFirst("");
    return name.equals("localhost")
        || name.equals(host)
        || IPV4.matcher(name).matches()
        || IPV6.matcher(name).matches();
  }
}
