//! `device.type`: Robot, Tablet, Phone, Desktop or Other, from the names found in an agent and the agent itself.
//!
//! The words are those by which Elasticsearch (since 8.9) tells the types apart, found by asking the node; a name's first
//! fitting row decides, and of the types that the names suggest the first of [`PREFERENCE`] wins.

use super::VersionedName;

/// A word fits a name: anywhere in it, at its start, or as the whole.
enum Fits {
    Within(&'static str),
    Start(&'static str),
    Whole(&'static str),
}
use Fits::{Start, Whole, Within};

type Rows = &'static [(&'static str, &'static [Fits])];

const PREFERENCE: [&str; 4] = ["Robot", "Tablet", "Phone", "Desktop"];

const ROBOT: (&str, &[Fits]) = (
    "Robot",
    &[
        Within("Bot"),
        Within("bot"),
        Within("spider"),
        Within("Spider"),
        Within("Crawler"),
        Within("crawler"),
        Within("AppEngine-Google"),
    ],
);
const TABLET: (&str, &[Fits]) = ("Tablet", &[Within("Tablet"), Within("iPad"), Within("FireOS"), Within("Crosswalk")]);

/// Decides before any name does.
const AGENTS: Rows = &[
    (
        "Robot",
        &[
            Within("Synthetic"),
            Within("Scanner"),
            Within("Crawler"),
            Within("Site24x7"),
            Within("PagePeeker"),
            Within("SpeedCurve"),
            Within("Google Web Preview"),
            Within("SiteChecker"),
            Within("Parser"),
        ],
    ),
    ("Tablet", &[Within("Tablet")]),
];
const SYSTEMS: Rows = &[
    ROBOT,
    (
        "Desktop",
        &[
            Whole("Windows"),
            Whole("Windows NT"),
            Start("Mac OS X"),
            Whole("Linux"),
            Start("Chrome OS"),
            Whole("Fedora"),
            Whole("Ubuntu"),
        ],
    ),
    (
        "Phone",
        &[
            Whole("Android"),
            Start("iOS"),
            Start("Windows Phone"),
            Start("Firefox OS"),
            Start("BlackBerry OS"),
            Start("KaiOS"),
            Whole("Sailfish"),
            Start("Maemo"),
        ],
    ),
    (
        "Desktop",
        &[
            Start("Windows XP"),
            Start("Windows 7"),
            Start("Windows 10"),
            Start("FreeBSD"),
            Start("OpenBSD"),
            Start("Arch Linux"),
            Start("Solaris"),
            Start("NetBSD"),
            Start("SUSE"),
            Start("SunOS"),
            Start("BeOS/Haiku"),
        ],
    ),
    TABLET,
];
const BROWSERS: Rows = &[
    ROBOT,
    (
        "Desktop",
        &[
            Whole("Chrome"),
            Whole("Chromium"),
            Whole("Edge"),
            Whole("Firefox"),
            Whole("IE"),
            Whole("Maxthon"),
            Whole("Opera"),
            Whole("Safari"),
            Whole("SeaMonkey"),
            Whole("Vivaldi"),
            Whole("Yandex Browser"),
        ],
    ),
    (
        "Phone",
        &[
            Whole("Chrome Mobile"),
            Start("Chrome Mobile iOS"),
            Start("Firefox Mobile"),
            Start("Firefox iOS"),
            Start("Edge Mobile"),
            Start("Android"),
            Start("Facebook"),
            Start("Instagram"),
            Start("IE Mobile"),
            Start("BlackBerry WebKit"),
            Start("OktaMobile"),
            Start("Sailfish Browser"),
            Start("Amazon Silk"),
            Start("Pinterest"),
            Start("Flipboard"),
        ],
    ),
    TABLET,
];
const DEVICES: Rows = &[TABLET, ("Tablet", &[Within("Kindle"), Within("Lenovo TB")])];
/// Device names with one of these and a digit behind it are tablets.
const NUMBERED_TABLETS: [&str; 4] = ["SM-T", "SM-P", "GT-P", "Asus Nexus "];

/// The type of the device behind `agent`.
pub fn device_type(
    agent: &str,
    browser: Option<&VersionedName>,
    system: Option<&VersionedName>,
    device: Option<&VersionedName>,
) -> &'static str {
    if let Some(kind) = first_fit(AGENTS, agent) {
        return kind;
    }
    let by_name = |rows, found: Option<&VersionedName>| found.and_then(|f| first_fit(rows, &f.name));
    let numbered = device.filter(|d| NUMBERED_TABLETS.iter().any(|series| has_number(&d.name, series)));
    let suggested =
        [by_name(SYSTEMS, system), by_name(BROWSERS, browser), by_name(DEVICES, device).or(numbered.map(|_| "Tablet"))];
    PREFERENCE.into_iter().find(|kind| suggested.contains(&Some(kind))).unwrap_or("Other")
}

fn first_fit(rows: Rows, name: &str) -> Option<&'static str> {
    let fits = |word: &Fits| match word {
        Within(text) => name.contains(text),
        Start(text) => name.starts_with(text),
        Whole(text) => name == *text,
    };
    rows.iter().find(|(_, words)| words.iter().any(fits)).map(|(kind, _)| *kind)
}

fn has_number(name: &str, series: &str) -> bool {
    name.match_indices(series).any(|(at, _)| name[at + series.len()..].starts_with(|c: char| c.is_ascii_digit()))
}
