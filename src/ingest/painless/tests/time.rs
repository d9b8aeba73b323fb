//! `java.time`.

use super::*;

#[test]
fn dates_and_times() {
    check(&[
        ("ZonedDateTime.parse('2021-03-04T05:06:07.123+02:00').toString()", "2021-03-04T05:06:07.123+02:00"),
        ("ZonedDateTime.parse('2021-03-04T05:06:07.123Z').toInstant().toEpochMilli()", "1614834367123"),
        (
            "ZonedDateTime.parse('2021-03-28T01:30:00+01:00[Europe/Berlin]').plusHours(1).toString()",
            "2021-03-28T03:30+02:00[Europe/Berlin]",
        ),
        (
            "ZonedDateTime.parse('2021-03-28T01:30:00+01:00[Europe/Berlin]').plusDays(1)",
            "2021-03-29T01:30+02:00[Europe/Berlin]",
        ),
        (
            "ZonedDateTime.parse('2021-10-31T01:30:00+02:00[Europe/Berlin]').plusHours(2)",
            "2021-10-31T02:30+01:00[Europe/Berlin]",
        ),
        (
            "ZonedDateTime.parse('2021-03-04')",
            "date_time_parse_exception: Text '2021-03-04' could not be parsed at index 10",
        ),
        ("ZonedDateTime.parse('x')", "date_time_parse_exception: Text 'x' could not be parsed at index 0"),
        ("Instant.ofEpochMilli(1614834367123L).atZone(ZoneId.of('UTC')).toString()", "2021-03-04T05:06:07.123Z[UTC]"),
        ("Instant.ofEpochMilli(1614834367123L)", "2021-03-04T05:06:07.123Z"),
        ("Instant.ofEpochSecond(1614834367).plus(1, ChronoUnit.DAYS)", "2021-03-05T05:06:07Z"),
        (
            "Instant.ofEpochSecond(1614834367).plus(1, ChronoUnit.WEEKS)",
            "unsupported_temporal_type_exception: Unsupported unit: Weeks",
        ),
        ("Instant.ofEpochSecond(1, 1500000000L)", "1970-01-01T00:00:02.500Z"),
        ("Instant.parse('2021-03-04T05:06:07Z').truncatedTo(ChronoUnit.HOURS)", "2021-03-04T05:00:00Z"),
        (
            "ChronoUnit.SECONDS.between(Instant.parse('2021-03-04T05:06:07Z'), Instant.parse('2021-03-05T05:06:07Z'))",
            "86400",
        ),
        (
            "ChronoUnit.NANOS.between(ZonedDateTime.parse('2021-03-04T05:06:07Z'), ZonedDateTime.parse('2021-03-04T05:06:07.5+01:00'))",
            "-3599500000000",
        ),
        ("ChronoUnit.MONTHS.between(LocalDate.parse('2021-01-31'), LocalDate.parse('2021-03-30'))", "1"),
        (
            "ChronoUnit.DAYS.between(LocalDateTime.parse('2021-01-31T10:00'), LocalDateTime.parse('2021-02-02T09:00'))",
            "1",
        ),
        (
            "Duration.between(Instant.parse('2021-03-04T05:06:07Z'), Instant.parse('2021-03-05T05:07:09.5Z'))",
            "PT24H1M2.5S",
        ),
        (
            "Duration.between(Instant.parse('2021-03-04T05:06:07Z'), Instant.parse('2021-03-05T05:07:09.5Z')).toMillis()",
            "86462500",
        ),
        (
            "Duration.between(LocalDate.parse('2021-01-31'), LocalDate.parse('2021-03-30'))",
            "unsupported_temporal_type_exception: Unsupported unit: Seconds",
        ),
        ("Duration.parse('PT1H2M3.5S').toNanos()", "3723500000000"),
        ("Duration.parse('P1DT-2H').toString()", "PT22H"),
        ("Duration.parse('x')", "date_time_parse_exception: Text cannot be parsed to a Duration"),
        ("Duration.ofMillis(-1500).toString()", "PT-1.5S"),
        ("Duration.ofMillis(-500).toString()", "PT-0.5S"),
        ("Duration.ofSeconds(3600).plusMinutes(5).toMinutes()", "65"),
        ("Duration.ofDays(1).dividedBy(0)", "arithmetic_exception: Cannot divide by zero"),
        ("Period.between(LocalDate.of(2020,2,29), LocalDate.of(2021,3,1)).toString()", "P1Y1D"),
        ("Period.of(1,2,3).toTotalMonths()", "14"),
        ("LocalDate.of(2021, 2, 29)", "date_time_exception: Invalid date 'February 29' as '2021' is not a leap year"),
        ("LocalDate.of(2021, 13, 1)", "date_time_exception: Invalid value for MonthOfYear (valid values 1 - 12): 13"),
        ("LocalDate.of(2021,1,31).plusMonths(1)", "2021-02-28"),
        ("LocalDate.of(2021,1,31).withMonth(2)", "2021-02-28"),
        ("LocalDate.of(2021,1,31).getDayOfWeek()", "SUNDAY"),
        ("LocalDate.of(2021,1,31).getDayOfWeek().getValue()", "7"),
        ("LocalDate.of(2021,1,31).getMonth().name()", "JANUARY"),
        ("LocalDate.of(2021,1,31).isBefore(LocalDate.of(2021,2,1))", "true"),
        ("LocalDate.of(2021,1,31).compareTo(LocalDate.of(2023,2,1))", "-2"),
        ("LocalDate.of(2021,1,31).atStartOfDay(ZoneId.of('Europe/Berlin'))", "2021-01-31T00:00+01:00[Europe/Berlin]"),
        ("LocalDate.of(2021,1,31).get(ChronoField.DAY_OF_YEAR)", "31"),
        (
            "LocalDate.of(2021,1,31).get(ChronoField.HOUR_OF_DAY)",
            "unsupported_temporal_type_exception: Unsupported field: HourOfDay",
        ),
        (
            "LocalDate.of(2021,1,31).plus(1, ChronoUnit.HOURS)",
            "unsupported_temporal_type_exception: Unsupported unit: Hours",
        ),
        ("LocalDate.parse('31/01/2021', DateTimeFormatter.ofPattern('dd/MM/yyyy'))", "2021-01-31"),
        (
            "LocalDateTime.parse('2021-01-31 10:11:12', DateTimeFormatter.ofPattern('yyyy-MM-dd HH:mm:ss')).atZone(ZoneId.of('UTC')).toInstant().toEpochMilli()",
            "1612087872000",
        ),
        (
            "LocalDateTime.parse('Jan 31 2021 10:11:12', DateTimeFormatter.ofPattern('MMM d yyyy HH:mm:ss', Locale.ENGLISH)).toString()",
            "2021-01-31T10:11:12",
        ),
        ("LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC)", "1970-01-01T00:00"),
        ("LocalDateTime.of(2021,1,2,3,4).format(DateTimeFormatter.ISO_LOCAL_DATE_TIME)", "2021-01-02T03:04:00"),
        ("LocalTime.of(10,11).plusHours(20)", "06:11"),
        ("LocalTime.parse('10:11:12').toSecondOfDay()", "36672"),
        ("LocalTime.parse('10:11:12').minus(Duration.ofMinutes(15)).toString()", "09:56:12"),
        (
            r#"DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").format(ZonedDateTime.parse('2021-03-04T05:06:07.123+02:00'))"#,
            "2021-03-04T05:06:07.123+02:00",
        ),
        ("DateTimeFormatter.ISO_INSTANT.format(Instant.ofEpochMilli(5))", "1970-01-01T00:00:00.005Z"),
        ("DateTimeFormatter.ofPattern('uuuu').withZone(ZoneId.of('UTC')).format(Instant.ofEpochMilli(5))", "1970"),
        (
            "DateTimeFormatter.ofPattern('yyyy').format(Instant.ofEpochMilli(5))",
            "unsupported_temporal_type_exception: Unsupported field: YearOfEra",
        ),
        (
            "DateTimeFormatter.ofPattern('bad{').format(Instant.ofEpochMilli(5))",
            "illegal_argument_exception: Unknown pattern letter: b",
        ),
        ("DateTimeFormatter.ofPattern('HH:mm').parse('10:11').get(ChronoField.HOUR_OF_DAY)", "10"),
        ("DateTimeFormatter.ofPattern('yyyy-MM-dd').parse('2021-01-02', LocalDate::from).toString()", "2021-01-02"),
        (
            "DateTimeFormatter f = DateTimeFormatter.ofPattern('yyyy-MM-dd'); LocalDate.parse('2021-1-2', f)",
            "date_time_parse_exception: Text '2021-1-2' could not be parsed at index 5",
        ),
        ("ZoneId.of('Nowhere/City')", "zone_rules_exception: Unknown time-zone ID: Nowhere/City"),
        ("ZoneId.of('+02:00').toString()", "+02:00"),
        ("ZoneId.of('Europe/Paris').getId()", "Europe/Paris"),
        ("ZoneOffset.ofHours(3)", "+03:00"),
        (
            "ZoneOffset.ofHours(30)",
            "date_time_exception: Zone offset hours not in valid range: value 30 is not in the range -18 to 18",
        ),
        ("ZoneId.of('PST', ZoneId.SHORT_IDS)", "America/Los_Angeles"),
        ("def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.getYear() + z.monthValue + z.dayOfMonth", "2028"),
        (
            "def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.withZoneSameInstant(ZoneId.of('Asia/Tokyo')).toString()",
            "2021-03-04T14:06:07.123+09:00[Asia/Tokyo]",
        ),
        ("def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.dayOfWeek", "THURSDAY"),
        ("def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.dayOfWeekEnum.value", "4"),
        (
            "def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.toEpochSecond() == z.toInstant().epochSecond",
            "true",
        ),
        (
            "def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.isAfter(ZonedDateTime.parse('2021-03-04T05:06:07.122Z'))",
            "true",
        ),
        ("def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.millis", "1614834367123"),
        (
            "def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.foo()",
            "illegal_argument_exception: dynamic method [java.time.ZonedDateTime, foo/0] not found",
        ),
        (
            "def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z == ZonedDateTime.parse('2021-03-04T05:06:07.123Z')",
            "true",
        ),
        (
            "def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.truncatedTo(ChronoUnit.DAYS)",
            "2021-03-04T00:00Z",
        ),
        (
            "def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.truncatedTo(ChronoUnit.MONTHS)",
            "unsupported_temporal_type_exception: Unit is too large to be used for truncation",
        ),
        (
            "def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.plus(Period.ofMonths(2)).minus(Duration.ofHours(3))",
            "2021-05-04T02:06:07.123Z",
        ),
        (
            "def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.with(ChronoField.HOUR_OF_DAY, 2)",
            "2021-03-04T02:06:07.123Z",
        ),
        (
            "def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.with(ChronoField.HOUR_OF_DAY, 25)",
            "date_time_exception: Invalid value for HourOfDay (valid values 0 - 23): 25",
        ),
        ("def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.with(LocalTime.MIDNIGHT)", "2021-03-04T00:00Z"),
        (
            "def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z.hashCode() == ZonedDateTime.parse('2021-03-04T05:06:07.123Z').hashCode()",
            "true",
        ),
        (
            "def z = ZonedDateTime.parse('2021-03-04T05:06:07.123Z'); z - 1",
            "class_cast_exception: Cannot apply [-] operation to types [java.time.ZonedDateTime] and [java.lang.Integer].",
        ),
        (
            "ZonedDateTime z = null; z.getYear()",
            r#"null_pointer_exception: Cannot invoke "java.time.ZonedDateTime.getYear()" because "<local2>" is null"#,
        ),
        ("ZonedDateTime.of(2021, 1, 2, 3, 4, 5, 6, ZoneId.of('UTC'))", "2021-01-02T03:04:05.000000006Z[UTC]"),
        (
            "ZonedDateTime.ofInstant(Instant.ofEpochMilli(0), ZoneId.of('America/New_York')).toString()",
            "1969-12-31T19:00-05:00[America/New_York]",
        ),
        ("OffsetDateTime.parse('2021-03-04T05:06:07+02:00').toInstant().toString()", "2021-03-04T03:06:07Z"),
        ("DayOfWeek.of(8)", "date_time_exception: Invalid value for DayOfWeek: 8"),
        ("DayOfWeek.valueOf('FRIDAY').plus(3)", "MONDAY"),
        ("Month.of(2).length(true)", "29"),
        ("ChronoUnit.valueOf('DAYS')", "Days"),
        ("ChronoUnit.valueOf('X')", "illegal_argument_exception: No enum constant java.time.temporal.ChronoUnit.X"),
        ("ChronoUnit.DAYS.name()", "DAYS"),
        ("ChronoField.HOUR_OF_DAY.name()", "HOUR_OF_DAY"),
        ("new Date(0).toString()", "Thu Jan 01 00:00:00 UTC 1970"),
        ("new Date(5).getTime()", "5"),
        (
            "new Date(0).toInstant().toString()",
            "compile illegal_argument_exception: member method [java.util.Date, toInstant/0] not found",
        ),
        ("Locale.US.toString()", "en_US"),
        ("Locale.forLanguageTag('de-DE').getCountry()", "DE"),
        (
            "try { LocalDate.parse('x') } catch (DateTimeParseException e) { return e.getMessage() }",
            "Text 'x' could not be parsed at index 0",
        ),
        (
            "try { ZoneId.of('x y') } catch (DateTimeException e) { return e.getMessage() }",
            "Invalid ID for region-based ZoneId, invalid format: x y",
        ),
        (
            "[LocalDate.of(2021,1,31), LocalDate.of(2020,1,31)].stream().sorted().collect(Collectors.toList())",
            "[2020-01-31, 2021-01-31]",
        ),
        (
            "List l = [LocalDate.of(2021,1,31), LocalDate.of(2020,1,31)]; Collections.sort(l); l",
            "[2020-01-31, 2021-01-31]",
        ),
        ("Instant.ofEpochMilli(0).compareTo(Instant.ofEpochMilli(1))", "-1000000"),
        ("Instant.ofEpochMilli(0).isBefore(Instant.ofEpochMilli(1))", "true"),
        ("Instant.ofEpochMilli(Long.MAX_VALUE)", "+292278994-08-17T07:12:55.807Z"),
        ("Instant.parse('2021-03-04T05:06:07+02:00').toString()", "2021-03-04T03:06:07Z"),
        (
            "Instant.parse('2021-03-04T05:06:07').toString()",
            "date_time_parse_exception: Text '2021-03-04T05:06:07' could not be parsed at index 19",
        ),
        ("Instant.from(ZonedDateTime.parse('2021-03-04T05:06:07.123Z')).toEpochMilli()", "1614834367123"),
        ("LocalDate.from(ZonedDateTime.parse('2021-03-04T05:06:07.123Z'))", "2021-03-04"),
        (
            "ZonedDateTime.from(LocalDate.of(2021,1,1))",
            "date_time_exception: Unable to obtain ZoneId from TemporalAccessor: 2021-01-01 of type java.time.LocalDate",
        ),
        ("LocalDateTime.parse('2021-01-31T10:11:12').toInstant(ZoneOffset.UTC).toEpochMilli()", "1612087872000"),
        (
            "LocalDateTime.parse('2021-01-31T10:11:12Z')",
            "date_time_parse_exception: Text '2021-01-31T10:11:12Z' could not be parsed, unparsed text found at index 19",
        ),
    ]);
}
