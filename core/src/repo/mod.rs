//! The git side.
