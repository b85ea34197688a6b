//! What upstream gets wrong and a front cannot put right, each named in `docs/storages.md`. A test here fails when
//! upstream mends its flaw: then the line in the document goes too.
