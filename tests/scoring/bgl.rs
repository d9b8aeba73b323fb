//! BGL: 2,000 lines of a supercomputer with alerts that its administrators marked.

use logboom::score::evaluation::LabelledLine;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let places = [std::env::var_os("LOGBOOM_SHARED").map(PathBuf::from), Some(beside)];
    let found = places.into_iter().flatten().map(|place| place.join("data")).find(|place| place.is_dir());
    if found.is_none() {
        println!("no labelled data (LOGBOOM_SHARED, ../shared): nothing measured");
    }
    found
}

fn rows(name: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let mut reader = csv::Reader::from_path(data()?.join("loghub/BGL").join(name)).unwrap();
    let headers: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| headers.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    Some(reader.records().map(|record| row(record.unwrap())).collect())
}

/// Whole lines with their headers, without the column that is the label.
pub fn lines() -> Option<Vec<LabelledLine>> {
    let labels = rows("BGL_2k.labels.csv")?;
    let raw = std::fs::read(data()?.join("loghub/BGL/BGL_2k.nolabel.log")).unwrap();
    let raw = String::from_utf8_lossy(&raw).into_owned();
    let line = |(text, label): (&str, &BTreeMap<String, String>)| LabelledLine {
        text: text.to_owned(),
        is_anomaly: label["IsAlert"] == "1",
        level: None,
        service: None,
        session: None,
    };
    Some(raw.lines().zip(&labels).map(line).collect())
}

/// The true templates, and whether their lines are alerts: no template has both.
pub fn truth() -> Option<Vec<(String, bool)>> {
    let mut truth = BTreeMap::new();
    for row in rows("BGL_2k.log_structured.csv")? {
        truth.insert(row["EventTemplate"].clone(), row["Label"] != "-");
    }
    Some(truth.into_iter().collect())
}
