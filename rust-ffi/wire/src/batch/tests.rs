//! Record batches: real ones, and bent ones.
