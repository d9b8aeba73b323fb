//! The built program on standard input.

use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A configured job in a folder of its own.
pub struct Job {
    folder: TempDir,
    config: PathBuf,
}

/// A running one.
pub struct Running {
    child: Child,
    feeder: Option<std::thread::JoinHandle<()>>,
}

/// The last line of the log.
pub struct Summary {
    pub line: String,
    pub log: String,
}

/// So long may a run take before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(60);

impl Job {
    pub fn new(outputs: &str, codec: &str) -> Self {
        Self::with_source(&format!("stdin: {{ type: stdin, codec: {codec} }}"), outputs)
    }

    /// A job with one source, as `sources:` has it.
    pub fn with_source(source: &str, outputs: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("logboom.yml");
        let job = Self { folder, config };
        job.configure(&Self::configuration(source, outputs));
        job
    }

    /// `logboom.yml` with one source.
    pub fn configuration(source: &str, outputs: &str) -> String {
        format!(
            "watch: false\nsources: {{ {source} }}\nroutes: [ {{ name: default, to: {{ index: faults }} }} ]\noutputs: {outputs}\nlimits: {{ shutdown: 8s, in_flight: 4mb }}\n"
        )
    }

    /// Writes another configuration. It is there at once: a reload that comes late must not see half of it.
    pub fn configure(&self, text: &str) {
        let new = self.path("logboom.yml.new");
        fs::write(&new, text).unwrap();
        fs::rename(&new, &self.config).unwrap();
    }

    /// A file beside the configuration.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `logboom dlq` with this configuration; gives what it prints.
    pub fn dlq(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_logboom"));
        let (action, rest) = arguments.split_first().unwrap();
        let output = command.args(["dlq", action, "-c"]).arg(&self.config).args(rest).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }

    /// Feeds numbered lines, one each millisecond, for a time.
    pub fn start_steady(&self, time: Duration) -> Running {
        self.start_with(move |stdin| {
            let until = Instant::now() + time;
            for n in 0.. {
                if Instant::now() > until || writeln!(stdin, "{{\"message\":\"line {n}\",\"n\":{n}}}").is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        })
    }

    /// Runs over `input` to its end, however long a busy machine takes to drain it.
    pub fn run(&self, input: &[u8]) -> Summary {
        let text = fs::read_to_string(&self.config).unwrap();
        self.configure(&text.replace("shutdown: 8s", "shutdown: 50s"));
        self.start(input).finish()
    }

    pub fn start(&self, input: &[u8]) -> Running {
        let input = input.to_vec();
        self.start_with(move |stdin| drop(stdin.write_all(&input)))
    }

    /// Feeds lines until the process has gone.
    pub fn start_endless(&self) -> Running {
        self.start_with(|stdin| while stdin.write_all(&lines(200)).is_ok() {})
    }

    /// Runs over `input` to its end while every line of the log is refused, as by a full disk.
    pub fn run_without_log(&self, input: &[u8]) {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let input_file = self.path("input");
        fs::write(&input_file, input).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_logboom"));
        command.args(["run", "-c"]).arg(&self.config).stdin(fs::File::open(input_file).unwrap()).stderr(full);
        assert_eq!(command.status().unwrap().code(), Some(0));
    }

    fn start_with(&self, feed: impl FnOnce(&mut std::process::ChildStdin) + Send + 'static) -> Running {
        let mut child = Command::new(env!("CARGO_BIN_EXE_logboom"))
            .args(["run", "-c"])
            .arg(&self.config)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let feeder = std::thread::spawn(move || feed(&mut stdin));
        Running { child, feeder: Some(feeder) }
    }
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end.
    pub fn finish(self) -> Summary {
        self.end_within(PATIENCE)
    }

    /// Sends SIGTERM and waits.
    pub fn terminate(self, patience: Duration) -> Summary {
        self.signal("TERM");
        self.end_within(patience)
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    fn end_within(mut self, patience: Duration) -> Summary {
        let mut stderr = self.child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut stderr, &mut text).unwrap();
            text
        });
        let until = Instant::now() + patience;
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if Instant::now() > until => break None,
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        let _ = self.child.kill();
        if let Some(feeder) = self.feeder.take() {
            feeder.join().unwrap();
        }
        let log = log.join().unwrap();
        assert!(!log.contains("panicked"), "{log}");
        assert_eq!(status.and_then(|s| s.code()), Some(0), "not ended in {patience:?}, or badly:\n{log}");
        let last = log.lines().rev().find(|l| l.contains("logboom stopped"));
        let line = last.unwrap_or_else(|| panic!("no last line:\n{log}")).to_owned();
        Summary { line, log }
    }
}

impl Summary {
    /// A number of the last line.
    pub fn field(&self, name: &str) -> u64 {
        let found =
            self.line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse().ok());
        found.unwrap_or_else(|| panic!("no {name} in: {}", self.line))
    }
}

pub fn dead_letters(job: &Job) -> Vec<Value> {
    let text = fs::read_to_string(job.folder.path().join("data/dead-letters.ndjson")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// `count` good records.
pub fn lines(count: usize) -> Vec<u8> {
    (0..count).map(|n| format!("{{\"message\":\"line {n}\",\"n\":{n}}}\n")).collect::<String>().into_bytes()
}
