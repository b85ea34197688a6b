//! The listener. The port is bound before the storage is opened, so that the storage knows the advertised port.
#![expect(clippy::disallowed_methods, reason = "time-outs of sockets are real")]

use std::{
    future::poll_fn,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr},
    task::Poll,
    time::Duration,
};

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::error::{Error, Kind};

/// `localhost` binds both loopback addresses on one port, because clients often try ::1 first.
const LOCALHOST: &str = "localhost";

/// Attempts to find a port that is free on both 127.0.0.1 and ::1.
const DRAWS: usize = 32;

const ACCEPT_BACKOFF: Duration = Duration::from_millis(50);

/// The one or two bound sockets of a broker, on one port.
#[derive(Debug)]
pub(crate) struct Listeners {
    sockets: Vec<TcpListener>,
    port: u16,
}

impl Listeners {
    pub(crate) fn bind(host: &str, port: u16, backlog: i32) -> Result<Listeners, Error> {
        let sockets =
            if host == LOCALHOST { bind_loopback(port, backlog) } else { bind_explicit(host, port, backlog) }?;
        let port = sockets.first().map_or(Ok(0), local_port)?;
        let failed = |e: std::io::Error| Error::new(Kind::Bind, format!("listener.host {host}: {e}")).os(&e);
        let sockets = sockets.into_iter().map(|socket| TcpListener::from_std(socket.into()).map_err(failed));
        Ok(Listeners { sockets: sockets.collect::<Result<_, _>>()?, port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Accepts the next connection of either socket. After a failed accept (no descriptors left) it waits and retries.
    pub(crate) async fn accept(&self) -> TcpStream {
        loop {
            let accepted = poll_fn(|cx| {
                self.sockets.iter().map(|s| s.poll_accept(cx)).find(Poll::is_ready).unwrap_or(Poll::Pending)
            });
            match accepted.await {
                Ok((stream, _)) => return stream,
                Err(e) => {
                    tracing::warn!(error = %e, "accept failed");
                    sleep(ACCEPT_BACKOFF).await;
                }
            }
        }
    }

    /// Ends listening, even if a forked child holds the descriptors.
    pub(crate) fn close(self) {
        for socket in &self.sockets {
            let _ = SockRef::from(socket).shutdown(Shutdown::Both);
        }
    }
}

fn bind_loopback(port: u16, backlog: i32) -> Result<Vec<Socket>, Error> {
    let v4 = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let mut last = None;
    for _ in 0..if port == 0 { DRAWS } else { 1 } {
        let first = open(SocketAddr::new(v4, port), backlog).map_err(|e| refused(LOCALHOST, v4, port, &e))?;
        let bound = local_port(&first)?;
        match open(SocketAddr::new(v6, bound), backlog) {
            Ok(second) => return Ok(vec![first, second]),
            Err(e) if e.kind() == std::io::ErrorKind::AddrInUse => last = Some(refused(LOCALHOST, v6, bound, &e)),
            // No IPv6 on this machine.
            Err(_) => return Ok(vec![first]),
        }
    }
    Err(last.unwrap_or_else(|| Error::new(Kind::Bind, "no free port on both loopback addresses")))
}

fn bind_explicit(host: &str, port: u16, backlog: i32) -> Result<Vec<Socket>, Error> {
    let ip: IpAddr = match host.parse() {
        Ok(ip) => ip,
        Err(_) => resolve(host)?,
    };
    open(SocketAddr::new(ip, port), backlog).map(|socket| vec![socket]).map_err(|e| refused(host, ip, port, &e))
}

fn resolve(host: &str) -> Result<IpAddr, Error> {
    use std::net::ToSocketAddrs;
    let found = (host, 0).to_socket_addrs().map_err(|e| {
        Error::new(Kind::Bind, format!("listener.host '{host}' does not resolve: {e}. Use an address of this machine."))
            .os(&e)
    })?;
    found.map(|a| a.ip()).next().ok_or_else(|| Error::new(Kind::Bind, format!("listener.host '{host}' has no address")))
}

fn open(addr: SocketAddr, backlog: i32) -> std::io::Result<Socket> {
    // socket2 sets CLOEXEC.
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    if addr.is_ipv6() {
        // As in Kafka, `::` means all addresses of both families. `set_only_v6(false)` fails without IPv4.
        let takes_both = addr.ip().is_unspecified() && socket.set_only_v6(false).is_ok();
        if !takes_both {
            socket.set_only_v6(true)?;
        }
    }
    // A restart on the same port must not wait for TIME_WAIT of old connections. On Linux this does not allow two
    // listeners on one port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    socket.listen(backlog)?;
    Ok(socket)
}

fn local_port(socket: &Socket) -> Result<u16, Error> {
    let addr = socket.local_addr().map_err(|e| Error::new(Kind::Bind, format!("listener: {e}")).os(&e))?;
    Ok(addr.as_socket().map_or(0, |a| a.port()))
}

fn refused(host: &str, ip: IpAddr, port: u16, e: &std::io::Error) -> Error {
    let message = match e.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("port {port} on {ip} is taken. Use listener.port=0 to get a free one.")
        }
        std::io::ErrorKind::PermissionDenied => format!(
            "port {port} on {ip} needs a privilege that this process lacks. Use a port above 1023, or 0 to get a \
             free one."
        ),
        std::io::ErrorKind::AddrNotAvailable => format!(
            "{ip} (listener.host {host}) is not an address of this machine. Use 'localhost', '127.0.0.1' or '0.0.0.0'."
        ),
        _ => format!("cannot listen on {ip} port {port}: {e}"),
    };
    Error::new(Kind::Bind, message).os(e)
}
