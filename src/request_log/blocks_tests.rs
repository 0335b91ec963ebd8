//! Blocks that are filled and emptied in every way.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A batch of records of these lengths. Each byte of a record is its number.
fn batch(records: &[usize]) -> Batch {
    let mut batch = Batch::default();
    for (number, &length) in records.iter().enumerate() {
        let letter = u8::try_from(number % 256).unwrap();
        batch.add(|bytes| bytes.resize(bytes.len() + length, letter));
    }
    batch
}

/// The bytes of the next write.
fn next(blocks: &Blocks, max: Option<usize>) -> Vec<u8> {
    blocks.next(max, |pieces| {
        pieces.iter().flat_map(|piece| piece.to_vec()).collect()
    })
}

/// The memory of the blocks in use.
fn memory(blocks: &Blocks) -> usize {
    let of_block = |block: &Block| block.bytes.capacity() + 2 * block.lasts.capacity();
    blocks.queued.iter().map(of_block).sum()
}

#[test]
fn a_write_has_whole_records() {
    let lengths = [100, WRITE - 50, 200, LONG, 10, LONG + 1, 1];
    let batch = batch(&lengths);
    let (mut blocks, mut unused) = (Blocks::default(), Unused::default());
    blocks.append(&batch, &mut unused);
    let mut writes = Vec::new();
    while !blocks.is_empty() {
        let length = next(&blocks, None).len();
        assert!(
            batch
                .ends()
                .contains(&(writes.iter().sum::<usize>() + length))
        );
        writes.push(length);
        blocks.wrote(length, &mut unused);
    }
    assert_eq!(writes.iter().sum::<usize>(), batch.bytes().len());
    assert!(writes.len() >= 3, "{writes:?}");
}

#[test]
fn a_record_is_written_again_from_its_first_byte() {
    let (mut blocks, mut unused) = (Blocks::default(), Unused::default());
    blocks.append(&batch(&[10, 3 * BLOCK, 10]), &mut unused);
    let size = blocks.size();
    blocks.wrote(10 + 2 * BLOCK, &mut unused);
    assert_eq!((blocks.records(), blocks.size()), (2, size - 12));
    blocks.begin_again();
    let rest = next(&blocks, None);
    assert_eq!((rest.len(), rest[0]), (3 * BLOCK + 10, 1));
    assert_eq!(blocks.size(), size - 12);
}

#[test]
fn blocks_are_reused_and_long_ones_are_freed() {
    let (mut blocks, mut unused) = (Blocks::default(), Unused::default());
    for _ in 0..3 {
        blocks.append(&batch(&[BLOCK, BLOCK, LONG + 1]), &mut unused);
        blocks.clear(&mut unused);
        assert_eq!((unused.kept.len(), unused.excess.len()), (2, 1));
        drop(unused.take_excess());
        assert_eq!((unused.excess.len(), blocks.size()), (0, 0));
    }
}

fn lengths() -> impl Strategy<Value = Vec<usize>> {
    let length = prop_oneof![
        20..200_usize,
        200..BLOCK / 3,
        BLOCK / 2..2 * BLOCK,
        LONG - 100..LONG + 100,
    ];
    vec(length, 1..5)
}

proptest! {
    // The records are long.
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// In any order of appends and writes: the bytes come out in order, a write to a file ends with a record,
    /// the records are counted, and little memory is unused.
    #[test]
    fn any_order_of_appends_and_writes_is_sound(steps in vec((lengths(), vec((any::<bool>(), 1..2 * LONG), 0..4)), 1..12)) {
        let (mut blocks, mut unused) = (Blocks::default(), Unused::default());
        let (mut put, mut ends, mut got) = (Vec::new(), Vec::new(), Vec::new());
        for (lengths, writes) in &steps {
            let batch = batch(lengths);
            ends.extend(batch.ends().iter().map(|end| end + put.len()));
            put.extend_from_slice(batch.bytes());
            blocks.append(&batch, &mut unused);
            for &(is_file, taken) in writes {
                let bytes = next(&blocks, (!is_file).then_some(BLOCK));
                let end = got.len() + bytes.len();
                prop_assert!(!is_file || bytes.is_empty() || ends.contains(&end));
                let taken = taken.min(bytes.len());
                got.extend_from_slice(&bytes[..taken]);
                blocks.wrote(taken, &mut unused);
                let left = ends.iter().filter(|&&end| end > got.len()).count();
                prop_assert_eq!(blocks.records(), left);
                let whole = ends.iter().filter(|&&end| end <= got.len()).max();
                let kept = put.len() - whole.copied().unwrap_or(0);
                prop_assert_eq!(blocks.size(), kept + 2 * left);
            }
            let most = blocks.size() / 16 * 17 + 2 * BLOCK;
            prop_assert!(memory(&blocks) <= most, "{} of {}", memory(&blocks), most);
        }
        while !blocks.is_empty() {
            let bytes = next(&blocks, None);
            got.extend_from_slice(&bytes);
            blocks.wrote(bytes.len(), &mut unused);
        }
        prop_assert!(put == got);
        prop_assert_eq!(blocks.size(), 0);
    }
}
