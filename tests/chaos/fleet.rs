//! The logboom processes of a run: one consumer group, a folder each.

use super::surroundings::{Program, free_port, http, variable};
use super::traffic::PIPELINE;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What a process that is told of its first write beyond the limit would die of; a full disk tells it by an error only.
const BEAR_FILE_LIMITS: &str = r#"trap '' XFSZ; exec "$0" "$@""#;

pub struct Fleet {
    run: String,
    elasticsearch_port: u16,
    model_port: u16,
    _folder: TempDir,
    members: Vec<Member>,
    memory_bytes: u64,
}

struct Member {
    folder: PathBuf,
    console: u16,
    program: Option<Program>,
}

impl Member {
    fn config(&self) -> PathBuf {
        self.folder.join("logboom.yml")
    }

    /// What libfaketime adds to the process's clock.
    fn clock(&self) -> PathBuf {
        self.folder.join("clock")
    }

    fn start(&mut self) {
        let run = Program::command("run", &self.config());
        let mut command = Command::new("sh");
        command.args(["-c", BEAR_FILE_LIMITS]).arg(run.get_program()).args(run.get_args());
        if let Some(library) = faketime() {
            // Timers follow the monotonic clock, which does not jump on a real machine either.
            command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", self.clock());
            command.env("FAKETIME_CACHE_DURATION", "1").env("DONT_FAKE_MONOTONIC", "1");
        }
        self.program = Some(Program::start(&mut command, self.folder.join("log")));
    }
}

/// The library that makes clocks jump, where it is installed.
pub fn faketime() -> Option<PathBuf> {
    std::env::var_os("FAKETIME_LIB").map(PathBuf::from)
}

impl Fleet {
    /// Makes a place for `count` processes and starts the first of them.
    pub fn start(run: &str, count: usize, started: usize, elasticsearch_port: u16, model_port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let member = |n: usize| {
            let folder = folder.path().join(format!("process-{n}"));
            fs::create_dir_all(folder.join("pipelines")).unwrap();
            fs::create_dir_all(folder.join("letters")).unwrap();
            fs::write(folder.join("pipelines/fates.yml"), PIPELINE).unwrap();
            fs::write(folder.join("clock"), "+0").unwrap();
            std::os::unix::fs::symlink("letters/dead.ndjson", folder.join("dead")).unwrap();
            Member { folder, console: free_port(), program: None }
        };
        let members = (0..count).map(member).collect();
        let mut fleet =
            Self { run: run.to_owned(), elasticsearch_port, model_port, members, memory_bytes: 0, _folder: folder };
        for process in 0..count {
            fleet.configure(process, 0);
        }
        let setup =
            Program::command("setup", &fleet.members[0].config()).args(["--kibana", "/dev/null"]).output().unwrap();
        assert!(setup.status.success(), "{}", String::from_utf8_lossy(&setup.stderr));
        (0..started).for_each(|process| fleet.restart(process));
        fleet
    }

    fn configure(&self, process: usize, version: usize) {
        let member = &self.members[process];
        let text = format!(
            r#"sources:
  filebeat: {{ type: kafka, brokers: ["{brokers}"], topics: [{run}], group: {run}, commit_interval: 500ms, drain_on_revoke: 2s, properties: {{ session.timeout.ms: "6000", heartbeat.interval.ms: "1000" }} }}
pipelines: pipelines
routes: [ {{ name: default, pipeline: fates, to: {{ data_stream: logs-chaos-{run} }} }} ]
scoring: {{ judges: [rules, ollama], deadline: 200ms, mend: false, ollama: {{ url: "http://127.0.0.1:{model}", model: none, timeout: 5s }} }}
outputs: {{ elasticsearch: {{ urls: ["http://127.0.0.1:{elasticsearch}"], bulk: {{ compression: none, linger: {linger}ms, timeout: 10s }} }} }}
dead_letters: {{ type: file, path: dead }}
limits: {{ in_flight: 16mb, shutdown: 10s, workers: 1 }}
console: {{ listen: "127.0.0.1:{console}" }}
watch: false
"#,
            brokers = variable("KAFKA_BROKERS"),
            run = self.run,
            model = self.model_port,
            elasticsearch = self.elasticsearch_port,
            linger = 20 + version,
            console = member.console,
        );
        fs::write(member.config(), text).unwrap();
    }

    pub fn restart(&mut self, process: usize) {
        self.note_memory();
        let member = &mut self.members[process];
        member.program = None;
        member.start();
    }

    pub fn signal(&mut self, process: usize, signal: &str) {
        self.note_memory();
        if let Some(program) = &self.members[process].program {
            program.signal(signal);
        }
    }

    /// SIGTERM: it must end by itself, in time, whatever the other faults have left.
    pub fn stop(&mut self, process: usize) {
        self.note_memory();
        if let Some(program) = self.members[process].program.take() {
            assert_eq!(program.stop().code(), Some(0));
        }
    }

    /// Another output (its settings differ) takes over.
    pub fn reload(&self, process: usize, version: usize) {
        self.configure(process, version);
        if let Some(program) = &self.members[process].program {
            program.signal("HUP");
        }
    }

    /// A broken configuration is refused, with its problem.
    pub fn reload_broken(&self, process: usize) {
        let member = &self.members[process];
        let sound = fs::read_to_string(member.config()).unwrap();
        fs::write(member.config(), format!("{sound}brokken: true\n")).unwrap();
        // A process that was just started has no console yet: then there is nothing to ask.
        if let Ok((status, body)) = http("POST", &format!("http://127.0.0.1:{}/api/reload", member.console), None) {
            assert_eq!(status, 422, "{body}");
            assert!(body.contains("brokken"), "{body}");
        }
        fs::write(member.config(), sound).unwrap();
    }

    /// Lets the dead letters of a process find a full disk, or one with room.
    pub fn fill_disk(&self, process: usize, full: bool) {
        let path = self.members[process].folder.join("dead");
        let new = path.with_extension("new");
        std::os::unix::fs::symlink(if full { "/dev/full" } else { "letters/dead.ndjson" }, &new).unwrap();
        fs::rename(new, path).unwrap();
    }

    /// No file of the process may grow beyond so many bytes: the disk of its `data_dir`, its dead letters and its log is full. `None`: there is room.
    pub fn limit_files(&self, process: usize, bytes: Option<usize>) {
        let Some(program) = &self.members[process].program else { return };
        let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let arguments = ["--pid", &program.id().to_string(), &format!("--fsize={limit}:unlimited")];
        let output = Command::new("prlimit").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// What the process takes for the time is so many seconds beside it. True unless libfaketime is not there.
    pub fn set_clock(&self, process: usize, seconds: i64) -> bool {
        let path = self.members[process].clock();
        let new = path.with_extension("new");
        fs::write(&new, format!("{seconds:+}")).unwrap();
        fs::rename(new, path).unwrap();
        faketime().is_some()
    }

    /// The numbers of all dead letters.
    pub fn dead_letters(&self) -> BTreeSet<u64> {
        let read = |member: &Member| fs::read_to_string(member.folder.join("letters/dead.ndjson")).unwrap_or_default();
        let files: Vec<String> = self.members.iter().map(read).collect();
        let lines = files.iter().flat_map(|text| text.lines());
        lines
            .map(|line| {
                let letter: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
                let record: Value = serde_json::from_str(letter["raw"].as_str().unwrap()).unwrap();
                record["n"].as_u64().unwrap()
            })
            .collect()
    }

    /// What a process has said so far.
    pub fn log(&self, process: usize) -> String {
        fs::read_to_string(self.members[process].folder.join("log")).unwrap_or_default()
    }

    /// The most memory that any of them has had so far.
    fn note_memory(&mut self) {
        let running = self.members.iter().filter_map(|member| member.program.as_ref());
        let most = running.filter_map(|program| peak_memory_bytes(program.id())).max();
        self.memory_bytes = self.memory_bytes.max(most.unwrap_or(0));
    }

    /// Stops all; their accounts must be right, and their memory bounded.
    pub fn end(mut self, memory_bytes_max: u64) {
        self.note_memory();
        for process in 0..self.members.len() {
            self.stop(process);
            let log = self.log(process);
            let panic = log.lines().find(|line| line.contains("panicked"));
            assert_eq!(panic, None, "process {process} panicked");
            let last = log.lines().rev().find(|line| line.contains("logboom stopped")).unwrap();
            assert!(last.contains("will_be_read_again=0"), "{last}");
        }
        println!("memory: at most {} MiB in a process", self.memory_bytes >> 20);
        assert!(self.memory_bytes < memory_bytes_max, "{} bytes are too many", self.memory_bytes);
    }
}

fn peak_memory_bytes(process: u32) -> Option<u64> {
    let status = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? << 10)
}
