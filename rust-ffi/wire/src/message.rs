//! Messages. For now those which the shell answers itself.

pub mod api_versions;
