//! What files of text have in common: their encoding, and the places where they can be cut.

pub(super) mod cuts;
pub(super) mod encoding;
