//! The student alone: taught by operators with the first tenth of BGL's lines, in the order of time, and left to itself with the rest.

use super::bgl;
use logboom::score::evaluation::LabelledLine;
use logboom::score::judges::Case;
use logboom::score::rules::{Level, Rules};
use logboom::score::student::{Lesson, Student, Teacher};
use logboom::score::templates::{Miner, MinerSettings, Worker};
use logboom::score::{Confusion, Floor, Kind, Template};
use std::sync::Arc;

struct Reader {
    miner: Arc<Miner>,
    worker: Worker,
}

impl Reader {
    fn case(&mut self, line: &LabelledLine) -> Case {
        let (found, header) = self.worker.observe_raw(&line.text);
        let level = header.level.and_then(|range| line.text.get(range)).and_then(Level::parse);
        let template = Template::of(&self.miner, found.id);
        Case { template, examples: Vec::new(), service: None, level, floor: Floor::default() }
    }
}

#[test]
fn the_student_alone_finds_more_than_keywords() {
    let Some(lines) = bgl::lines() else { return };
    let (taught, rest) = lines.split_at(lines.len() / 10);
    let rules = Arc::new(Rules::compile(&[], true).unwrap());
    let miner = Miner::new(MinerSettings::default());
    let mut reader = Reader { worker: Worker::new(miner.clone()), miner };
    let student = Student::open(None, rules.clone()).unwrap();
    for line in taught {
        let case = reader.case(line);
        student.teach(Lesson {
            text: case.template.text.to_string(),
            level: case.level.map(|level| level.name().to_owned()),
            is_anomaly: line.is_anomaly,
            is_critical: line.is_anomaly,
            teacher: Teacher::Operator,
        });
    }
    assert!(student.study().unwrap());
    let (mut leaning, mut sure, mut keywords) = (Confusion::default(), Confusion::default(), Confusion::default());
    let mut abstentions = 0;
    for line in rest {
        let thought = student.think(&reader.case(line)).unwrap();
        let is_anomaly = thought.opinion.kind == Kind::Anomaly;
        abstentions += u64::from(!thought.is_sure);
        leaning.add(line.is_anomaly, is_anomaly);
        sure.add(line.is_anomaly, is_anomaly && thought.is_sure);
        keywords.add(line.is_anomaly, rules.explain(&rules.floor(&line.text)).kind == Kind::Anomaly);
    }
    println!("{:?}", student.serving().unwrap().figures);
    for (name, confusion) in
        [("student, best guess", leaning), ("student, only where sure", sure), ("keywords", keywords)]
    {
        let m = confusion.measures();
        println!("{name}: P {:.3} R {:.3} F1 {:.3} {:?} {:?}", m.precision, m.recall, m.f1, m.f1_interval, confusion);
    }
    println!("abstentions: {abstentions} of {} lines", rest.len());
    let (leaning, keywords) = (leaning.measures(), keywords.measures());
    assert!(leaning.f1 > keywords.f1 + 0.1, "F1 {} beside {}", leaning.f1, keywords.f1);
}
