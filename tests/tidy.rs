//! Rules of the tree that no compiler knows: size of files, names of modules, which room may know which, documents that stay true.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lines of a source file, its tests left out.
const FILE_LINES_MAX: usize = 500;

/// Files that may be longer, and why.
const LONG_FILES: &[(&str, &str)] = &[
    ("src/ingest/java_regex/parse.rs", "one grammar"),
    ("src/ingest/jackson.rs", "one grammar"),
    ("src/ingest/painless/parse_expr.rs", "one grammar"),
];

/// Module names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helper", "helpers", "manager", "misc", "stuff"];

/// Which rooms a room must not know: data flows from source to sink, knowledge never back.
const NEVER_KNOWS: &[(&str, &[&str])] = &[
    ("document", &["source", "route", "ingest", "enrich", "score", "sink", "delivery", "alert", "console", "cli"]),
    ("config", &["source", "sink", "delivery", "alert", "console", "cli"]),
    ("route", &["source", "score", "sink", "delivery", "alert", "console", "cli"]),
    ("ingest", &["source", "route", "score", "sink", "delivery", "alert", "console", "cli"]),
    ("enrich", &["source", "route", "score", "sink", "delivery", "alert", "console", "cli"]),
    ("score", &["source", "sink", "delivery", "alert", "console", "cli"]),
    ("sink", &["source", "route", "ingest", "score", "alert", "console", "cli"]),
    ("alert", &["source", "console", "cli"]),
];

/// Places where a room knows a later one, and why.
const KNOWS: &[(&str, &str, &str)] = &[
    (
        "src/config/settings.rs",
        "source",
        "`logboom.yml` as a whole: every room reads its own section, this holds them together",
    ),
    ("src/config/settings.rs", "sink", "the same"),
    ("src/config/settings.rs", "delivery", "the same"),
    ("src/config/settings.rs", "alert", "the same"),
    ("src/config/settings.rs", "console", "the same"),
    ("src/route/settings.rs", "sink", "checks that the output that a route names is there"),
    ("src/route/settings.rs", "alert", "checks that the policy that a route names is there"),
];

/// What code that must run unchanged in tests, fuzzers and the simulation may not touch.
const OUTSIDE_WORLD: &[&str] = &[
    "std::fs",
    "std::net::Tcp",
    "std::net::Udp",
    "tokio::",
    "reqwest",
    "Timestamp::now",
    "SystemTime::now",
    "Instant::now",
    "rand::rng(",
];

/// Where that holds.
const PURE: &[&str] = &["src/document/", "src/ingest/", "src/route/", "src/score/templates/"];

/// Files in there that may, and why.
const IMPURE: &[(&str, &str)] = &[("src/ingest/registry.rs", "reads the pipelines folder at start, before any record")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files that git knows or would know, relative to the root.
fn files() -> Vec<String> {
    let listing = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(listing).current_dir(root()).output().expect("git runs");
    assert!(output.status.success(), "git ls-files failed: {}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).expect("file names are UTF-8");
    listed.lines().map(str::to_owned).filter(|file| root().join(file).is_file()).collect()
}

fn sources() -> impl Iterator<Item = (String, String)> {
    files().into_iter().filter(|file| file.starts_with("src/") && file.ends_with(".rs")).map(|file| {
        let text = fs::read_to_string(root().join(&file)).expect("a source file is UTF-8");
        (file, text)
    })
}

/// A source file without its `mod tests`.
fn without_tests(text: &str) -> &str {
    text.split_once("\n#[cfg(test)]\nmod tests {").map_or(text, |(before, _)| before)
}

/// The code in `text`, comments left out.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = without_tests(text).lines().enumerate().map(|(i, line)| (i + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn assert_none(problems: &[String], what: &str) {
    assert!(problems.is_empty(), "{what}:\n  {}", problems.join("\n  "));
}

#[test]
fn files_are_short() {
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, text) in sources().filter(|(file, _)| !file.ends_with("/tests.rs")) {
        let lines = without_tests(&text).lines().count();
        let allowed = LONG_FILES.iter().any(|(name, _)| *name == file);
        if lines > FILE_LINES_MAX {
            seen.insert(file.clone());
            if !allowed {
                problems.push(format!("{file} has {lines} lines without its tests, at most {FILE_LINES_MAX} are good"));
            }
        }
    }
    for (name, _) in LONG_FILES.iter().filter(|(name, _)| !seen.contains(*name)) {
        problems.push(format!("{name} is not long any more: take it off the list in tests/tidy.rs"));
    }
    assert_none(&problems, "split these files, or add them to LONG_FILES with a reason");
}

#[test]
fn modules_say_what_they_are() {
    let mut problems = Vec::new();
    for (file, text) in sources() {
        let names = Path::new(&file).with_extension("");
        for name in names.iter().filter_map(|part| part.to_str()).filter(|part| EMPTY_NAMES.contains(part)) {
            problems.push(format!("{file}: `{name}` says nothing about what is inside"));
        }
        if !text.starts_with("//!") {
            problems.push(format!("{file} does not begin with what it is for (`//! …`)"));
        }
    }
    assert_none(&problems, "name modules for what they do");
}

#[test]
fn knowledge_flows_one_way() {
    let mut problems = Vec::new();
    for (file, text) in sources() {
        let Some((_, forbidden)) = NEVER_KNOWS.iter().find(|(room, _)| file.starts_with(&format!("src/{room}/")))
        else {
            continue;
        };
        for (number, line) in code_lines(&text) {
            let known = forbidden.iter().filter(|room| line.contains(&format!("crate::{room}::")));
            for room in known.filter(|room| !KNOWS.iter().any(|(f, r, _)| *f == file && r == *room)) {
                problems.push(format!("{file}:{number} knows `{room}`"));
            }
        }
    }
    assert_none(&problems, "rooms know only those before them on a record's way (ARCHITECTURE.md)");
}

#[test]
fn the_core_touches_no_outside_world() {
    let mut problems = Vec::new();
    for (file, text) in sources().filter(|(file, _)| PURE.iter().any(|room| file.starts_with(room))) {
        if IMPURE.iter().any(|(name, _)| *name == file) {
            continue;
        }
        for (number, line) in code_lines(&text) {
            for what in OUTSIDE_WORLD.iter().filter(|what| line.contains(**what)) {
                problems.push(format!("{file}:{number} uses `{what}`"));
            }
        }
    }
    assert_none(&problems, "time, files and randomness come in through a context here (ARCHITECTURE.md)");
}

#[test]
fn the_map_has_every_room() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rooms: BTreeSet<String> = sources()
        .filter_map(|(file, _)| file.strip_prefix("src/")?.split_once('/').map(|(room, _)| room.to_owned()))
        .collect();
    let mut problems: Vec<String> = rooms
        .iter()
        .filter(|room| !map.contains(&format!("`src/{room}/`")))
        .map(|room| format!("`src/{room}/` is not in ARCHITECTURE.md"))
        .collect();
    for named in map.split('`').filter(|text| text.starts_with("src/") && !text.contains(['*', '{', '<'])) {
        if !root().join(named).exists() {
            problems.push(format!("ARCHITECTURE.md names `{named}`, which does not exist"));
        }
    }
    assert_none(&problems, "ARCHITECTURE.md is the map of what is there");
}

#[test]
fn every_processor_has_its_page() {
    let pages = root().join("docs/processors");
    if !pages.exists() {
        return;
    }
    let registered: BTreeSet<String> =
        logboom::ingest::processors::PROCESSORS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let written: BTreeSet<String> = fs::read_dir(&pages)
        .expect("docs/processors is there")
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .filter(|stem| stem != "README")
        .collect();
    let missing: Vec<&String> = registered.difference(&written).collect();
    let stale: Vec<&String> = written.difference(&registered).collect();
    assert!(missing.is_empty(), "processors without a page in docs/processors: {missing:?}");
    assert!(stale.is_empty(), "pages in docs/processors of no processor: {stale:?}");
}

/// Every setting that a section of `logboom.yml` is asked for stands in the reference.
/// Members that a configuration names by `type`: the table of their names in the code, and the folder of their pages.
const MEMBERS: &[(&str, &str)] = &[
    ("src/source/settings.rs", "docs/sources/"),
    ("src/sink/settings.rs", "docs/outputs/"),
    ("src/alert/channels/mod.rs", "docs/channels/"),
];

#[test]
fn members_have_pages() {
    let mut problems = Vec::new();
    for (code, pages) in MEMBERS {
        let text = fs::read_to_string(root().join(code)).unwrap();
        let table = text.split("TYPES: &[(&str, &str)] =").nth(1).and_then(|rest| rest.split("];").next());
        let names: Vec<&str> = table.unwrap_or_default().split('"').skip(1).step_by(4).collect();
        assert!(names.len() >= 2, "{code} has its table of types");
        for name in names {
            let page = format!("{pages}{name}.md");
            let text = fs::read_to_string(root().join(&page)).unwrap_or_default();
            if !text.contains("```yaml") {
                problems.push(format!("{page} (type `{name}`, {code})"));
            }
        }
    }
    assert_none(&problems, "each member has a page with an example");
}

#[test]
fn settings_are_documented() {
    const READS: &[&str] = &[
        "take",
        "require",
        "section",
        "string",
        "string_or",
        "required_string",
        "strings",
        "bool_or",
        "count_or",
        "float_or",
        "duration_or",
        "bytes_or",
        "choice",
        "named",
        "list",
    ];
    let pages: Vec<String> = files()
        .into_iter()
        .filter(|file| file == "docs/configuration.md" || MEMBERS.iter().any(|(_, folder)| file.starts_with(folder)))
        .map(|file| fs::read_to_string(root().join(file)).unwrap())
        .collect();
    let documented: BTreeSet<&str> = pages
        .iter()
        .flat_map(|page| page.split('`').skip(1).step_by(2))
        .flat_map(|code| code.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .collect();
    let mut problems = BTreeSet::new();
    // Processors read their settings in the same way; they have pages of their own.
    for (file, text) in sources().filter(|(file, _)| !file.starts_with("src/ingest/")) {
        for read in READS {
            for rest in without_tests(&text).split(&format!(".{read}(\"")).skip(1) {
                let key = rest.split('"').next().unwrap_or_default();
                if !documented.contains(key) {
                    problems.insert(format!("`{key}` ({file})"));
                }
            }
        }
    }
    assert_none(
        &problems.into_iter().collect::<Vec<_>>(),
        "docs/configuration.md and the members' pages lack settings",
    );
}

#[test]
fn metrics_are_documented() {
    let page = fs::read_to_string(root().join("docs/metrics.md")).unwrap();
    let documented: BTreeSet<&str> = page.split('`').filter(|text| is_metric(text)).collect();
    let code: String = sources().map(|(_, text)| without_tests(&text).to_owned()).collect();
    let made: BTreeSet<&str> = ["counter!(", "gauge!(", "histogram!("]
        .iter()
        .flat_map(|makes| code.split(makes).skip(1))
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .collect();
    let missing: Vec<_> = made.difference(&documented).collect();
    let stale: Vec<_> = documented.difference(&made).collect();
    assert!(missing.is_empty() && stale.is_empty(), "docs/metrics.md lacks {missing:?} and has {stale:?} beyond them");
    let dashboard = fs::read_to_string(root().join("deploy/grafana/logboom.json")).unwrap();
    let shown = dashboard.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|text| is_metric(text));
    let known = |name: &str| made.contains(name.trim_end_matches("_count").trim_end_matches("_sum"));
    let unknown: BTreeSet<&str> = shown.filter(|name| !known(name)).collect();
    assert!(unknown.is_empty(), "the dashboard shows metrics that there are none of: {unknown:?}");
}

fn is_metric(text: &str) -> bool {
    text.strip_prefix("logboom_").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut problems = Vec::new();
    let mut linked = BTreeSet::new();
    for file in files().into_iter().filter(|file| file.ends_with(".md")) {
        let folder = root().join(&file).parent().unwrap().to_path_buf();
        for target in links(&fs::read_to_string(root().join(&file)).unwrap()) {
            let path = folder.join(target.split('#').next().unwrap_or_default());
            match path.canonicalize() {
                Ok(path) => drop(linked.insert(path)),
                Err(_) => problems.push(format!("{file}: nothing is at {target}")),
            }
        }
    }
    for page in files().into_iter().filter(|file| file.starts_with("docs/") && file.ends_with(".md")) {
        if !linked.contains(&root().join(&page).canonicalize().unwrap()) && page != "docs/README.md" {
            problems.push(format!("no page links to {page}"));
        }
    }
    assert_none(&problems, "mend the links");
}

/// Targets of Markdown links to files, code blocks left out.
fn links(markdown: &str) -> Vec<String> {
    let prose: String = markdown.split("```").step_by(2).collect();
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let targets = targets.map(|(target, _)| target.to_owned());
    targets.filter(|target| !target.contains("://") && !target.starts_with(['#', '<'])).collect()
}

#[test]
fn nothing_depends_on_one_machine() {
    let mut problems = Vec::new();
    for file in files().into_iter().filter(|file| file != "tests/tidy.rs") {
        let Ok(text) = fs::read_to_string(root().join(&file)) else { continue };
        for (number, line) in text.lines().enumerate() {
            if ["/work/main", "/work/shared", "/work/wt", "/work/tmp", "/root/.c"]
                .iter()
                .any(|path| line.contains(path))
            {
                problems.push(format!("{file}:{} names a path of one machine", number + 1));
            }
        }
    }
    assert_none(&problems, "paths come by environment or are relative");
}

/// The conformance suites and data sets beside the project are read where they are; their licences are their own. The grok patterns are
/// upstream's files out of a published package (`data/grok-patterns/README.md`), which the suite carries as well.
#[test]
fn no_suite_or_data_set_is_copied() {
    let mut theirs: BTreeMap<u64, Vec<PathBuf>> = BTreeMap::new();
    for folder in ["conformance", "data"] {
        list(&root().join("../shared").join(folder), &mut theirs);
    }
    let mut problems = Vec::new();
    for file in files().into_iter().filter(|file| !file.contains("LICENSE") && !file.starts_with("data/grok-patterns/"))
    {
        let path = root().join(&file);
        let size = fs::metadata(&path).unwrap().len();
        for other in theirs.get(&size).into_iter().flatten() {
            if fs::read(&path).unwrap() == fs::read(other).unwrap() {
                problems.push(format!("{file} is {}", other.display()));
            }
        }
    }
    assert_none(&problems, "read these where they are");
}

/// Files below `folder` by size, if it is there; the small ones may be equal by chance.
fn list(folder: &Path, found: &mut BTreeMap<u64, Vec<PathBuf>>) {
    const CHANCE_BYTES_MAX: u64 = 64;
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            list(&path, found);
        } else if let Ok(size) = fs::metadata(&path).map(|m| m.len())
            && size > CHANCE_BYTES_MAX
        {
            found.entry(size).or_default().push(path);
        }
    }
}
