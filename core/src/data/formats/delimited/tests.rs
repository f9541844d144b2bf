//! Any text, cut anywhere it may be, has the rows of the whole.

use super::*;
use crate::data::rejects::{OnError, Rejects};
use crate::data::tests::{in_memory, texts};

/// Bytes that matter, most of them.
const ALPHABET: &[&str] = &[
    ",",
    ",",
    "\"",
    "\"",
    "\"\"",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "a",
    "1",
    "2.5",
    "é",
    ";",
    " ",
    "\",\"",
    "\"\n\"",
    ",\"x\ny\"",
];

/// Numbers that look random: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }

    fn text(&mut self, most: usize) -> String {
        (0..self.below(most)).map(|_| ALPHABET[self.below(ALPHABET.len())]).collect()
    }

    /// Rows that are as they should be, with lines and quotes in their values.
    fn table(&mut self, columns: usize, rows: usize) -> String {
        let mut text = (0..columns).map(|n| format!("c{n}")).collect::<Vec<_>>().join(",") + "\n";
        for _ in 0..rows {
            let row = (0..columns).map(|_| format!("\"{}\"", self.text(8).replace('"', "\"\"")));
            text += &(row.collect::<Vec<_>>().join(",") + "\n");
        }
        text
    }
}

fn want(table: &Delimited) -> Want {
    let fields = table.schema.fields();
    Want {
        columns: (0..fields.len()).collect(),
        types: fields.iter().map(|f| f.data_type().clone()).collect(),
        batch_rows: 7,
        limit: None,
        on_error: OnError::Skip,
        rejects: Arc::new(Rejects::default()),
        job: Job::new(),
    }
}

/// Rows, and rows that were left out with their numbers.
type Found = (Vec<Vec<String>>, Vec<(u64, String)>);

fn rows(table: &Delimited, pieces: &[Piece]) -> Found {
    let (want, mut rows) = (want(table), Vec::new());
    for piece in pieces {
        for batch in table.read(piece, &want).unwrap() {
            rows.extend(texts(&batch.unwrap()));
        }
    }
    (rows, want.rejects.kept().into_iter().map(|r| (r.row, r.text)).collect())
}

fn same_in_parts(text: &[u8], random: &mut Random) {
    let opening = Opening { plain: false, look: 1 << 20 };
    let Ok(table) = Delimited::open(&in_memory("x.csv", text), Compression::None, None, &opening) else { return };
    let whole = rows(&table, &[Piece::whole(text.len() as u64)]);
    if !table.can_be_cut() {
        return;
    }
    for block in [1, 2, 3, 1 + random.below(40) as u64, 1 + random.below(400) as u64] {
        let pieces = table.cut(block, &Job::new()).unwrap();
        let parts = rows(&table, &pieces);
        assert_eq!(parts, whole, "in blocks of {block}: {:?} of {pieces:?}", String::from_utf8_lossy(text));
    }
}

#[test]
fn parts_of_any_text_have_the_rows_of_the_whole() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3000 {
        let mut text = random.text(60).into_bytes();
        if random.below(4) == 0 && !text.is_empty() {
            let at = random.below(text.len());
            text[at] = 0xe9;
        }
        same_in_parts(&text, &mut random);
    }
}

#[test]
fn parts_of_a_table_with_lines_in_its_values_have_its_rows() {
    let mut random = Random(7);
    for round in 1..60 {
        let text = random.table(1 + round % 4, round);
        same_in_parts(text.as_bytes(), &mut random);
        same_in_parts(text.replace('\n', "\r\n").as_bytes(), &mut random);
    }
}
