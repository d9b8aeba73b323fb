//! `logboom import`: pipelines out of a live Elasticsearch or a package into a folder.

use super::Failed;
use super::node_args::NodeArgs;
use crate::import::{Drift, Imported, Lock, from_node, from_package};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Copy pipelines out of a live Elasticsearch or a package of an integration, with their digests pinned
#[derive(clap::Args)]
pub struct Args {
    /// URL of a node, or folder of a package
    #[arg(long, value_name = "URL|DIR")]
    from: String,
    /// Folder for the pipelines
    #[arg(long, value_name = "DIR", default_value = "pipelines")]
    to: PathBuf,
    /// Only pipelines of this name (`*` for any characters), and those that they call; may be repeated
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Write nothing; say what has changed here or there since the last import, and exit with 1 if anything has
    #[arg(long)]
    check: bool,
    /// Write over files that were edited here
    #[arg(long, conflicts_with = "check")]
    force: bool,
    #[command(flatten)]
    node: NodeArgs,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let mut out = std::io::stdout();
    let imported = fetch(args)?;
    for warning in &imported.warnings {
        eprintln!("warning: {warning}");
    }
    let lock = Lock::read(&args.to).map_err(|error| anyhow::anyhow!("{}: {error}", args.to.display()))?;
    if args.check {
        return check(lock.as_ref(), &imported, &args.to, &mut out);
    }
    let in_the_way = Lock::in_the_way(lock.as_ref(), &args.to, &imported);
    if !in_the_way.is_empty() && !args.force {
        let told = in_the_way
            .iter()
            .map(|path| format!("{}: edited here; --force writes over it", args.to.join(path).display()));
        return Err(Failed::Input(told.collect()));
    }
    Lock::write(&imported, &args.to)
        .map_err(|error| anyhow::anyhow!("cannot write to {}: {error}", args.to.display()))?;
    writeln!(out, "{} files from {} in {}", imported.assets.len(), imported.origin, args.to.display())?;
    Ok(())
}

fn fetch(args: &Args) -> Result<Imported, Failed> {
    let wrong = |reason: String| Failed::Input(vec![reason]);
    let only = args.only.iter().map(|text| glob::Pattern::new(text));
    let only = only.collect::<Result<Vec<_>, _>>().map_err(|error| wrong(format!("--only: {error}")))?;
    if args.from.contains("://") {
        let node = args.node.connect(&args.from)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        return Ok(runtime.block_on(from_node(&node, &only))?);
    }
    if !only.is_empty() {
        return Err(wrong("--only chooses among the pipelines of a node; of a package all are taken".to_owned()));
    }
    let dir = Path::new(&args.from);
    if !crate::package::Package::is_at(dir) {
        return Err(wrong(format!("{} is neither the URL of a node nor the folder of a package", args.from)));
    }
    from_package(dir).map_err(|errors| Failed::Input(errors.iter().map(ToString::to_string).collect()))
}

fn check(lock: Option<&Lock>, imported: &Imported, dir: &Path, out: &mut impl Write) -> Result<(), Failed> {
    let Some(lock) = lock else {
        return Err(Failed::Input(vec![format!("nothing has been imported to {} yet", dir.display())]));
    };
    let mut drift: Vec<Drift> = lock.drift_here(dir)?;
    drift.extend(lock.drift_there(imported));
    if drift.is_empty() {
        writeln!(out, "{} files are what {} has", lock.files.len(), imported.origin)?;
        return Ok(());
    }
    drift.iter().try_for_each(|drift| writeln!(out, "{drift}"))?;
    Err(Failed::Work(anyhow::anyhow!("{} differences", drift.len())))
}
