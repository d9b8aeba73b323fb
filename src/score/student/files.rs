//! The student's folder: lessons as they came, a file for each version, and which version serves. The command line writes the latter, the
//! running process follows.

use super::calibration::Calibration;
use super::lessons::{Lesson, Lessons};
use super::linear::Linear;
use super::version::{Figures, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// The folder's name in `data_dir`.
pub const FOLDER: &str = "student";

const LESSONS: &str = "lessons.ndjson";
const SERVICE: &str = "serving.json";

/// Versions that are kept; the one that serves and those that served before it are never given up.
const VERSIONS_MAX: usize = 20;

/// The lessons' file is written anew when it has this many times more lines than lessons, and so many at least.
const STALE_FACTOR: usize = 4;
const STALE_LINES_MIN: usize = 10_000;

/// Who serves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Service {
    #[serde(default)]
    pub serving: Option<u32>,
    /// Who served before, the last one last.
    #[serde(default)]
    pub before: Vec<u32>,
    /// An operator chose it: new versions wait until one is promoted.
    #[serde(default)]
    pub is_pinned: bool,
    /// The highest number given so far.
    #[serde(default)]
    pub last: u32,
    /// Who said so: an operator, or nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

impl Service {
    fn serve(&mut self, number: u32) {
        if let Some(former) = self.serving.replace(number).filter(|former| *former != number) {
            self.before.push(former);
            let surplus = self.before.len().saturating_sub(VERSIONS_MAX / 2);
            self.before.drain(..surplus);
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    number: u32,
    figures: Figures,
    calibration: Calibration,
    anomaly: StoredLinear,
    critical: StoredLinear,
    known: String,
    told: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct StoredLinear {
    bias: f32,
    /// Little-endian 32-bit floats.
    weights: String,
}

impl StoredLinear {
    fn of(model: &Linear) -> Self {
        let bytes: Vec<u8> = model.weights.iter().flat_map(|weight| weight.to_le_bytes()).collect();
        Self { bias: model.bias, weights: STANDARD.encode(bytes) }
    }

    fn read(&self) -> io::Result<Linear> {
        let bytes = STANDARD.decode(&self.weights).map_err(io::Error::other)?;
        let weights = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Ok(Linear { weights, bias: self.bias })
    }
}

/// The folder.
pub struct Files(PathBuf);

impl Files {
    pub fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self(folder.to_owned()))
    }

    /// What was taught; lines that cannot be read are passed over.
    pub fn lessons(&self) -> io::Result<Lessons> {
        let mut lessons = Lessons::default();
        let path = self.0.join(LESSONS);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(lessons),
            Err(error) => return Err(error),
        };
        let mut lines = 0;
        for line in BufReader::new(file).split(b'\n') {
            lines += 1;
            if let Ok(lesson) = serde_json::from_slice(&line?) {
                lessons.add(lesson);
            }
        }
        if lines > STALE_LINES_MIN.max(lessons.len() * STALE_FACTOR) {
            let mut text = Vec::new();
            for (_, lesson) in lessons.all() {
                serde_json::to_writer(&mut text, &lesson)?;
                text.push(b'\n');
            }
            replace(&path, &text)?;
        }
        if self.service()?.last > 0 {
            lessons.begin_study();
        }
        Ok(lessons)
    }

    pub fn append_lesson(&self, lesson: &Lesson) -> io::Result<()> {
        let mut line = serde_json::to_vec(lesson)?;
        line.push(b'\n');
        OpenOptions::new().create(true).append(true).open(self.0.join(LESSONS))?.write_all(&line)
    }

    pub fn service(&self) -> io::Result<Service> {
        match std::fs::read(self.0.join(SERVICE)) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Service::default()),
            Err(error) => Err(error),
        }
    }

    fn set_service(&self, service: &Service) -> io::Result<()> {
        replace(&self.0.join(SERVICE), &serde_json::to_vec_pretty(service)?)
    }

    /// The numbers of the versions that are kept, in order.
    pub fn versions(&self) -> io::Result<Vec<u32>> {
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            let name = entry?.file_name();
            let number = name
                .to_str()
                .and_then(|name| name.strip_prefix("version-")?.strip_suffix(".json")?.parse::<u32>().ok());
            numbers.extend(number);
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn path_of(&self, number: u32) -> PathBuf {
        self.0.join(format!("version-{number:06}.json"))
    }

    pub fn version(&self, number: u32) -> io::Result<Version> {
        let bytes = std::fs::read(self.path_of(number))
            .map_err(|error| io::Error::new(error.kind(), format!("version {number} of the student: {error}")))?;
        let stored: Stored = serde_json::from_slice(&bytes).map_err(io::Error::other)?;
        Ok(Version {
            number: stored.number,
            figures: stored.figures,
            calibration: stored.calibration,
            anomaly: stored.anomaly.read()?,
            critical: stored.critical.read()?,
            known: STANDARD.decode(&stored.known).map_err(io::Error::other)?,
            told: stored.told,
        })
    }

    /// Keeps a new version; old ones beyond [`VERSIONS_MAX`] go.
    pub fn keep(&self, version: &Version, serves: bool) -> io::Result<()> {
        let stored = Stored {
            number: version.number,
            figures: version.figures,
            calibration: version.calibration,
            anomaly: StoredLinear::of(&version.anomaly),
            critical: StoredLinear::of(&version.critical),
            known: STANDARD.encode(&version.known),
            told: version.told.clone(),
        };
        replace(&self.path_of(version.number), &serde_json::to_vec(&stored)?)?;
        let mut service = self.service()?;
        service.last = service.last.max(version.number);
        if serves {
            service.serve(version.number);
            service.author = None;
        }
        self.set_service(&service)?;
        let versions = self.versions()?;
        let needed = |number: &u32| service.serving == Some(*number) || service.before.contains(number);
        let surplus = versions.len().saturating_sub(VERSIONS_MAX);
        for number in versions.into_iter().filter(|number| !needed(number)).take(surplus) {
            std::fs::remove_file(self.path_of(number))?;
        }
        Ok(())
    }

    /// Lets a version serve, and holds it against newer ones.
    pub fn promote(&self, number: u32, author: &str) -> io::Result<()> {
        self.version(number)?;
        let mut service = self.service()?;
        service.serve(number);
        service.is_pinned = true;
        service.author = Some(author.to_owned());
        self.set_service(&service)
    }

    /// Newer versions may serve again as soon as they are not worse.
    pub fn unpin(&self, author: &str) -> io::Result<()> {
        let mut service = self.service()?;
        service.is_pinned = false;
        service.author = Some(author.to_owned());
        self.set_service(&service)
    }

    /// The version that served before serves again, and is held. Returns its number, `None` if there was none.
    pub fn roll_back(&self, author: &str) -> io::Result<Option<u32>> {
        let mut service = self.service()?;
        let Some(former) = service.before.pop() else { return Ok(None) };
        self.version(former)?;
        service.serving = Some(former);
        service.is_pinned = true;
        service.author = Some(author.to_owned());
        self.set_service(&service)?;
        Ok(Some(former))
    }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("tmp");
    std::fs::write(&beside, bytes)?;
    File::open(&beside)?.sync_all()?;
    std::fs::rename(&beside, path)
}
