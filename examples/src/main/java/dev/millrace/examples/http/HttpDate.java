package dev.millrace.examples.http;

import java.nio.charset.StandardCharsets;
import java.text.ParsePosition;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;

/** Dates as HTTP writes them: {@code Sun, 06 Nov 1994 08:49:37 GMT} (RFC 9110 section 5.6.7). */
final class HttpDate {
  /** Always as long as this. */
  static final int BYTES = 29;

  private static final byte[] DAYS = ascii("ThuFriSatSunMonTueWed"); // day 0 of 1970 was a Thursday
  private static final byte[] MONTHS = ascii("JanFebMarAprMayJunJulAugSepOctNovDec");
  private static final byte[] PATTERN = ascii("___, __ ___ ____ __:__:__ GMT");

  private static final int SECONDS_PER_DAY = 86_400;

  /** The form that everybody sends today. */
  private static final DateTimeFormatter FIXED =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

  /** Of RFC 850, with a year of two digits: one from 1970 on, before which no file was changed. */
  private static final DateTimeFormatter WITH_SHORT_YEAR =
      new DateTimeFormatterBuilder()
          .appendPattern("EEEE, dd-MMM-")
          .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
          .appendPattern(" HH:mm:ss 'GMT'")
          .toFormatter(Locale.ENGLISH);

  /** As C's asctime writes it. */
  private static final DateTimeFormatter OF_C =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH);

  private static final DateTimeFormatter[] FORMS = {FIXED, WITH_SHORT_YEAR, OF_C};

  private HttpDate() {}

  /**
   * Writes a date, allocating nothing: it is done once a second for the answers of that second.
   *
   * @param epochSeconds from 1970 to 9999
   */
  static void write(long epochSeconds, byte[] target, int at) {
    System.arraycopy(PATTERN, 0, target, at, BYTES);
    long day = Math.floorDiv(epochSeconds, SECONDS_PER_DAY);
    int second = Math.floorMod(epochSeconds, SECONDS_PER_DAY);
    System.arraycopy(DAYS, 3 * (int) Math.floorMod(day, 7L), target, at, 3);
    // The civil date of a day's number, with years that begin in March, so that the leap day is the
    // last of its year; 719,468 days lie between 1 March of year 0 and 1 January 1970.
    long fromMarch = day + 719_468;
    long era = Math.floorDiv(fromMarch, 146_097L);
    int dayOfEra = (int) (fromMarch - era * 146_097);
    int yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int monthFromMarch = (5 * dayOfYear + 2) / 153;
    int dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
    int month = (monthFromMarch + 2) % 12;
    int year = (int) (yearOfEra + era * 400) + (month < 2 ? 1 : 0);
    twoDigits(dayOfMonth, target, at + 5);
    System.arraycopy(MONTHS, 3 * month, target, at + 8, 3);
    twoDigits(year / 100, target, at + 12);
    twoDigits(year % 100, target, at + 14);
    twoDigits(second / 3_600, target, at + 17);
    twoDigits(second / 60 % 60, target, at + 20);
    twoDigits(second % 60, target, at + 23);
  }

  /** The same as text. */
  static String text(Instant instant) {
    byte[] date = new byte[BYTES];
    write(instant.getEpochSecond(), date, 0);
    return new String(date, StandardCharsets.US_ASCII);
  }

  /**
   * Reads a date in any of the three forms that a recipient has to know.
   *
   * @return null if it is none: a condition with such a date is ignored
   */
  static Instant parse(String text) {
    for (DateTimeFormatter form : FORMS) {
      ParsePosition end = new ParsePosition(0);
      TemporalAccessor parsed = form.parseUnresolved(text, end);
      if (parsed != null && end.getIndex() == text.length()) {
        return resolve(form, text);
      }
    }
    return null;
  }

  private static Instant resolve(DateTimeFormatter form, String text) {
    try {
      return LocalDateTime.from(form.parse(text)).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null; // of that form, and there is no such day
    }
  }

  private static void twoDigits(int n, byte[] target, int at) {
    target[at] = (byte) ('0' + n / 10);
    target[at + 1] = (byte) ('0' + n % 10);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
