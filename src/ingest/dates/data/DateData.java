import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.text.DateFormatSymbols;
import java.time.*;
import java.time.format.*;
import java.time.temporal.*;
import java.util.*;

/**
 * Prints what a JVM knows of names in dates, through its public API only. See README.md beside this file.
 *
 *     java DateData.java text         > text.tsv
 *     java DateData.java zones        > zones.tsv
 *     java DateData.java short-names >> zones.tsv      on an older JVM
 */
public class DateData {
    static final PrintStream OUT = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    static final List<String> LANGUAGES = List.of(
        "af ar az bg bn ca cs da de el en es et eu fa fi fil fr ga gl he hi hr hu hy id is it ja ka kk ko lt lv mk mr ms nb nl nn no pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur vi zh".split(" "));
    static final List<String> ZONE_LANGUAGES = List.of("en", "de", "es", "fr", "it", "ja", "ko", "pt", "ru", "zh");

    public static void main(String[] args) {
        switch (args[0]) {
            case "text" -> text();
            case "zones" -> zones();
            case "short-names" -> shortNames();
        }
        OUT.flush();
    }

    @SuppressWarnings("deprecation") // Locale.of is newer than the older JVM
    static Locale locale(String... parts) {
        return new Locale(parts[0], parts.length > 1 ? parts[1] : "");
    }

    // Text of fields, by language and country

    static void text() {
        OUT.println("languages\t" + String.join(" ", new TreeSet<>(List.of(Locale.getISOLanguages()))));
        OUT.println("countries\t" + String.join(" ", new TreeSet<>(List.of(Locale.getISOCountries()))));
        Map<String, List<String>> weeks = new TreeMap<>();
        for (String country : Locale.getISOCountries()) {
            WeekFields week = WeekFields.of(locale("", country));
            String key = week.getFirstDayOfWeek().getValue() + "|" + week.getMinimalDaysInFirstWeek();
            weeks.computeIfAbsent(key, k -> new ArrayList<>()).add(country);
        }
        weeks.remove("7|1"); // what every other country and a language alone have
        weeks.forEach((key, countries) -> OUT.println("week\t" + key + "\t" + String.join(" ", countries)));

        Map<String, String> root = fields(Locale.ROOT);
        print("root", root, Map.of());
        for (String language : LANGUAGES) {
            Map<String, String> base = fields(locale(language));
            print(language, base, root);
            TreeSet<String> countries = new TreeSet<>();
            for (Locale locale : Locale.getAvailableLocales()) {
                if (locale.getLanguage().equals(language) && locale.getScript().isEmpty()
                    && locale.getVariant().isEmpty() && locale.getCountry().length() == 2) {
                    countries.add(locale.getCountry());
                }
            }
            for (String country : countries) print(language + "_" + country, fields(locale(language, country)), base);
        }
    }

    static void print(String locale, Map<String, String> fields, Map<String, String> parent) {
        fields.forEach((key, names) -> {
            if (!names.equals(parent.get(key))) OUT.println(locale + "\t" + key + "\t" + names);
        });
    }

    static Map<String, String> fields(Locale locale) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String p : "MMM MMMM MMMMM LLL LLLL LLLLL".split(" ")) {
            List<TemporalAccessor> at = new ArrayList<>();
            for (int month = 1; month <= 12; month++) at.add(LocalDate.of(2021, month, 15));
            fields.put(p, names(p, locale, at));
        }
        for (String p : "EEE EEEE EEEEE ccc cccc ccccc".split(" ")) {
            List<TemporalAccessor> at = new ArrayList<>();
            for (int day = 1; day <= 7; day++) at.add(LocalDate.of(2021, 3, day));
            fields.put(p, names(p, locale, at));
        }
        for (String p : "QQQ QQQQ QQQQQ qqq qqqq qqqqq".split(" ")) {
            List<TemporalAccessor> at = new ArrayList<>();
            for (int quarter = 1; quarter <= 4; quarter++) at.add(LocalDate.of(2021, quarter * 3, 15));
            fields.put(p, names(p, locale, at));
        }
        for (String p : "G GGGG GGGGG".split(" ")) {
            fields.put(p, names(p, locale, List.of(LocalDate.of(-5, 1, 1), LocalDate.of(5, 1, 1))));
        }
        fields.put("a", names("a", locale, List.of(LocalTime.of(1, 0), LocalTime.of(13, 0))));
        for (String p : "B BBBB BBBBB".split(" ")) fields.put(p, periods(p, locale));
        fields.put("gmt", names("O", locale, List.of(OffsetDateTime.of(2021, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC))));
        return fields;
    }

    static String names(String pattern, Locale locale, List<TemporalAccessor> at) {
        DateTimeFormatter formatter = DateTimeFormatter.ofPattern(pattern, locale);
        StringJoiner names = new StringJoiner("|");
        at.forEach(t -> names.add(formatter.format(t)));
        return names.toString();
    }

    /** Where in a day, in minutes, which name begins. */
    static String periods(String pattern, Locale locale) {
        DateTimeFormatter formatter = DateTimeFormatter.ofPattern(pattern, locale);
        StringJoiner periods = new StringJoiner("|");
        String last = null;
        for (int minute = 0; minute < 1440; minute++) {
            String name = formatter.format(LocalTime.of(minute / 60, minute % 60));
            if (!name.equals(last)) periods.add(minute + "=" + name);
            last = name;
        }
        return periods.toString();
    }

    // Names of time zones

    static void zones() {
        Map<String, List<String[]>> rows = new TreeMap<>();
        for (String id : ZoneId.getAvailableZoneIds()) {
            if (id.startsWith("SystemV/")) continue;
            List<String[]> names = new ArrayList<>();
            for (String language : ZONE_LANGUAGES) names.add(names(id, locale(language)));
            rows.put(id, names);
        }
        dropCityNames(rows.values());
        // Zones with the same names in every language are one group.
        Map<String, List<String>> groups = new LinkedHashMap<>();
        rows.forEach((id, names) -> {
            StringJoiner key = new StringJoiner("\n");
            names.forEach(row -> key.add(String.join("\t", row)));
            groups.computeIfAbsent(key.toString(), k -> new ArrayList<>()).add(id);
        });
        List<Map<String, String>> meanings = new ArrayList<>();
        for (int i = 0; i < ZONE_LANGUAGES.size(); i++) meanings.add(meanings(ZONE_LANGUAGES.get(i), groups.keySet(), i));
        List<String> meant = new ArrayList<>();
        groups.forEach((names, ids) -> {
            String zone = meant(names, ids, meanings);
            meant.add(zone);
            OUT.println("zone\t" + zone + "\t" + String.join(" ", ids));
        });
        for (int i = 0; i < ZONE_LANGUAGES.size(); i++) {
            String language = ZONE_LANGUAGES.get(i);
            Map<String, String> guessed = new HashMap<>();
            int group = 0;
            for (String names : groups.keySet()) {
                String[] row = names.split("\n", -1)[i].split("\t", -1);
                OUT.println(language + "\t" + String.join("\t", row));
                for (int column = 0; column < row.length; column++) guessed.putIfAbsent(style(column) + row[column], meant.get(group));
                group++;
            }
            Map<String, List<String>> exceptions = new TreeMap<>();
            new TreeMap<>(meanings.get(i)).forEach((name, zone) -> {
                if (!zone.equals(guessed.get(name))) exceptions.computeIfAbsent(name.charAt(0) + "\t" + zone, k -> new ArrayList<>()).add(name.substring(1));
            });
            exceptions.forEach((zone, names) -> OUT.println("parse\t" + language + "\t" + zone + "\t" + String.join("|", names)));
        }
    }

    /** S: a short name, L: a long one. */
    static String style(int column) {
        return column % 2 == 0 ? "L" : "S";
    }

    /** Long and short names: standard, daylight saving, generic; blank where it is but the offset. */
    static String[] names(String id, Locale locale) {
        String[] strings = new String[5];
        for (String[] row : DateFormatSymbols.getInstance(locale).getZoneStrings()) {
            if (row[0].equals(id)) strings = row;
        }
        ZonedDateTime at = ZonedDateTime.of(2021, 1, 1, 0, 0, 0, 0, ZoneId.of(id));
        String[] names = new String[6];
        for (int i = 0; i < 4; i++) names[i] = blank(strings[i + 1]);
        names[4] = blank(DateTimeFormatter.ofPattern("vvvv", locale).format(at));
        names[5] = blank(DateTimeFormatter.ofPattern("v", locale).format(at));
        return names;
    }

    static String blank(String name) {
        boolean none = name == null || name.matches("(GMT|UTC).+[0-9]{2}:[0-9]{2}") || name.contains("/");
        return none ? "" : name;
    }

    /** Where zones share a standard name ("Greenwich Mean Time"), a name that only one of them has was made up from its city's. */
    static void dropCityNames(Collection<List<String[]>> rows) {
        for (int i = 0; i < ZONE_LANGUAGES.size(); i++) {
            Map<String, Integer> counts = new HashMap<>();
            for (List<String[]> names : rows) for (String name : new HashSet<>(List.of(names.get(i)))) counts.merge(name, 1, Integer::sum);
            for (List<String[]> names : rows) {
                String[] row = names.get(i);
                if (counts.get(row[0]) > 1) {
                    if (counts.get(row[2]) == 1) row[2] = "";
                    if (counts.get(row[4]) == 1) row[4] = "";
                }
            }
        }
    }

    /** Which zone each name stands for, by style and name. */
    static Map<String, String> meanings(String language, Set<String> groups, int i) {
        Map<String, String> meanings = new HashMap<>();
        for (String names : groups) {
            String[] row = names.split("\n", -1)[i].split("\t", -1);
            for (int column = 0; column < row.length; column++) {
                if (row[column].isEmpty()) continue;
                String style = style(column);
                try {
                    DateTimeFormatter formatter = DateTimeFormatter.ofPattern(style.equals("L") ? "zzzz" : "z", locale(language));
                    meanings.put(style + row[column], formatter.parse(row[column]).query(TemporalQueries.zoneId()).getId());
                } catch (DateTimeException e) {
                    // a name that prints but does not parse
                }
            }
        }
        return meanings;
    }

    /** The zone that most names of a group stand for. */
    static String meant(String names, List<String> ids, List<Map<String, String>> meanings) {
        Map<String, Integer> votes = new TreeMap<>();
        String[] rows = names.split("\n", -1);
        for (int i = 0; i < rows.length; i++) {
            String[] row = rows[i].split("\t", -1);
            for (int column = 0; column < row.length; column++) {
                String zone = meanings.get(i).get(style(column) + row[column]);
                if (zone != null) votes.merge(zone, 1, Integer::sum);
            }
        }
        return votes.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey).orElse(ids.get(0));
    }

    static void shortNames() {
        Map<String, String> names = new TreeMap<>();
        DateTimeFormatter formatter = DateTimeFormatter.ofPattern("z", Locale.ENGLISH);
        for (String[] row : DateFormatSymbols.getInstance(Locale.ENGLISH).getZoneStrings()) {
            for (int i = 2; i < row.length; i += 2) {
                if (!row[i].matches("[A-Za-z]{3,}")) continue;
                try {
                    names.put(row[i], formatter.parse(row[i]).query(TemporalQueries.zoneId()).getId());
                } catch (DateTimeException e) {
                    // a name that prints but does not parse
                }
            }
        }
        Map<String, List<String>> zones = new TreeMap<>();
        names.forEach((name, zone) -> zones.computeIfAbsent(zone, k -> new ArrayList<>()).add(name));
        zones.forEach((zone, all) -> OUT.println("older\t" + zone + "\t" + String.join("|", all)));
    }
}
