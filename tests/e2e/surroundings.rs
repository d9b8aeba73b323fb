//! The servers of a run, the programs under test, and waiting for what they do.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A variable that `tests/run e2e` sets.
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run this by `tests/run e2e` (tests/README.md)"))
}

/// A file of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs a script of `tests/stack`.
pub fn stack(script: &str, arguments: &[&str]) {
    let path = Path::new(&variable("STACK")).join(script);
    let status = Command::new(&path).args(arguments).stdout(Stdio::null()).status().expect("the script runs");
    assert!(status.success(), "{} {arguments:?}: {status}", path.display());
}

/// Tries until `attempt` gives something; what it gave last is in the message when time runs out.
pub fn eventually<T>(what: &str, patience: Duration, mut attempt: impl FnMut() -> Result<T, String>) -> T {
    let until = Instant::now() + patience;
    loop {
        match attempt() {
            Ok(found) => return found,
            Err(last) if Instant::now() > until => panic!("{what}: not within {patience:?}; last: {last}"),
            Err(_) => std::thread::sleep(Duration::from_millis(200)),
        }
    }
}

/// A program in the background. It is killed when the test ends.
pub struct Program {
    child: Child,
    pub log: PathBuf,
}

impl Program {
    pub fn start(command: &mut Command, log: PathBuf) -> Self {
        let file = fs::File::options().create(true).append(true).open(&log).unwrap();
        let output = file.try_clone().unwrap();
        let child = command.stdin(Stdio::null()).stdout(output).stderr(file).spawn().expect("the program starts");
        Self { child, log }
    }

    /// A subcommand of logboom with a configuration.
    pub fn command(subcommand: &str, configuration: &Path) -> Command {
        // The tests need no optimised build, the program under test does: it comes from elsewhere.
        let built = std::env::var("LOGBOOM_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_logboom").to_owned());
        let mut command = Command::new(built);
        command.arg(subcommand).arg("-c").arg(configuration);
        command
    }

    /// `logboom run` with a configuration.
    pub fn logboom(configuration: &Path, log: PathBuf) -> Self {
        Self::start(&mut Self::command("run", configuration), log)
    }

    /// Filebeat with a configuration; its registry lies in `data`.
    pub fn filebeat(configuration: &Path, data: &Path, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(variable("FILEBEAT_BIN"));
        command
            .args(["-e", "--strict.perms=false", "-E", "logging.level=warning", "-c"])
            .arg(configuration)
            .arg("--path.data")
            .arg(data);
        command.arg("--path.logs").arg(data).envs(variables.iter().copied());
        Self::start(&mut command, data.with_extension("filebeat.log"))
    }

    #[allow(dead_code, reason = "not every test that shares this file asks")]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Whether it has not ended.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Asks it to stop and waits; gives its exit status.
    pub fn stop(mut self) -> std::process::ExitStatus {
        self.signal("TERM");
        let child = &mut self.child;
        eventually("stopping", Duration::from_secs(40), || child.try_wait().unwrap().ok_or("it still runs".to_owned()))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let text = fs::read_to_string(&self.log).unwrap_or_default();
            let tail: Vec<&str> = text.lines().rev().take(20).collect();
            eprintln!("--- the end of {}:", self.log.display());
            tail.iter().rev().for_each(|line| eprintln!("{}", line.chars().take(400).collect::<String>()));
        }
    }
}

/// Status and body of an HTTP request; an error when nobody answers.
pub fn http(method: &str, url: &str, body: Option<&Value>) -> Result<(u16, String), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = reqwest::Client::new().request(method, url).timeout(Duration::from_secs(30));
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|e| e.to_string())?;
        let status = response.status().as_u16();
        Ok((status, response.text().await.map_err(|e| e.to_string())?))
    })
}

/// A request to the Elasticsearch of this run; its answer as JSON.
pub fn elasticsearch(method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
    let (status, text) = http(method, &format!("{}{path}", variable("ES_URL")), body)?;
    if !(200..300).contains(&status) {
        return Err(format!("HTTP {status}: {text}"));
    }
    serde_json::from_str(&text).map_err(|e| format!("{e}: {text}"))
}

/// Documents that a query finds in an index pattern.
pub fn count(pattern: &str, query: &str) -> Result<u64, String> {
    elasticsearch("POST", &format!("/{pattern}/_refresh?ignore_unavailable=true"), None)?;
    let path = format!("/{pattern}/_count?ignore_unavailable=true&q={query}");
    elasticsearch("GET", &path, None)?["count"].as_u64().ok_or_else(|| "no count".to_owned())
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
