//! A cancelled token as one side of [`or`](futures_lite::future::or).

use tokio_util::sync::CancellationToken;

/// Returns `None` once `token` is cancelled; the other side gives `Some`.
pub(crate) async fn cancelled<T>(token: &CancellationToken) -> Option<T> {
    token.cancelled().await;
    None
}
