//! The miner's templates over a restart: without them a line would be of another template than the one its verdict was given for,
//! until the miner has seen enough again.

use super::templates::TemplateRecord;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

/// The file's name in `data_dir`.
pub const FILE_NAME: &str = "templates.ndjson";

/// Writes all templates, in place of what was there.
pub fn save(path: &Path, records: &[TemplateRecord]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("tmp");
    let mut file = BufWriter::new(File::create(&beside)?);
    for record in records {
        serde_json::to_writer(&mut file, record)?;
        file.write_all(b"\n")?;
    }
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    std::fs::rename(&beside, path)
}

/// What was saved last; lines that cannot be read are passed over.
pub fn load(path: &Path) -> io::Result<Vec<TemplateRecord>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut records = Vec::new();
    for line in BufReader::new(file).split(b'\n') {
        records.extend(serde_json::from_slice(&line?));
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::score::templates::{Miner, MinerSettings, Worker};

    #[test]
    fn a_new_miner_knows_what_the_old_one_knew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let old = Miner::new(MinerSettings::default());
        let mut worker = Worker::new(old.clone());
        for name in ["ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal", "ian", "joe", "kim", "leo"] {
            worker.observe(&format!("connection of user {name} was closed by the remote host after a timeout"));
        }
        save(&path, &old.export()).unwrap();
        let new = Miner::new(MinerSettings::default());
        new.import(&load(&path).unwrap());
        let line = "connection of user mia was closed by the remote host after a timeout";
        assert_eq!(Worker::new(new).observe(line).id, worker.observe(line).id);
        assert!(load(&folder.path().join("none")).unwrap().is_empty());
    }
}
