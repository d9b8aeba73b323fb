//! A question to a language model and its answer: how log text is shown as data, what the prompt says, and what of the answer is
//! believed.

mod answer;
pub mod fence;
mod guard;
mod phrases;
mod prompt;
pub mod yes_or_no;

pub use answer::{read_answer, tame};
pub use guard::{Guard, Suspicion};
pub use prompt::{PROMPT_VERSION, Prompt, Shown};
