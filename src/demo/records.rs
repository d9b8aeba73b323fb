//! Sample logs: lines of ten kinds as Filebeat would send them, mostly everyday traffic, with a fault now and then.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rand::rngs::SmallRng;
use rand::{Rng, RngExt, SeedableRng};
use serde_json::json;

/// One record in so many is a fault.
const FAULT_EVERY: u64 = 250;

/// The demo's record number `n` as a Filebeat event. The same number and time give the same record.
pub fn record(n: u64, now: Timestamp) -> Vec<u8> {
    let mut rng = SmallRng::seed_from_u64(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let (kind, service, message) = if n % FAULT_EVERY == FAULT_EVERY - 1 {
        fault(n / FAULT_EVERY, now, &mut rng)
    } else {
        everyday(now, &mut rng)
    };
    let event = json!({
        "@timestamp": now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        "@metadata": {"beat": "filebeat", "type": "_doc", "version": "9.0.0"},
        "message": message,
        "fields": {"kind": kind},
        "service": {"name": service},
        "host": {"name": format!("web-{:02}", rng.random_range(0..20))},
        "agent": {"type": "filebeat", "version": "9.0.0"},
        "ecs": {"version": "8.0.0"}
    });
    event.to_string().into_bytes()
}

type Sample = (&'static str, &'static str, String);

fn everyday(now: Timestamp, rng: &mut impl Rng) -> Sample {
    let time = |format: &str| now.to_zoned(TimeZone::UTC).strftime(format).to_string();
    let ip = format!("203.0.113.{}", rng.random_range(1..255));
    let number = rng.random_range(1..1_000_000);
    match rng.random_range(0..12) {
        0..=3 => {
            let path = ["/", "/orders", "/cart", "/api/v1/users", "/static/app.js", "/health"][rng.random_range(0..6)];
            let status = [200, 200, 200, 200, 201, 204, 304, 404][rng.random_range(0..8)];
            let bytes = rng.random_range(120..40_000);
            let time = time("%d/%b/%Y:%H:%M:%S +0000");
            let line =
                format!("{ip} - - [{time}] \"GET {path}?id={number} HTTP/1.1\" {status} {bytes} \"-\" \"curl/8.5.0\"");
            ("nginx-access", "shop-web", line)
        }
        4 => {
            let time = time("%Y/%m/%d %H:%M:%S");
            (
                "nginx-error",
                "shop-web",
                format!("{time} [notice] 71#71: *{number} client {ip} closed keepalive connection"),
            )
        }
        5 => {
            let time = time("%b %e %H:%M:%S");
            ("syslog", "system", format!("{time} web-03 systemd[1]: Started Session {number} of User deploy."))
        }
        6 => {
            let time = time("%b %e %H:%M:%S");
            (
                "auth",
                "system",
                format!(
                    "{time} web-03 sshd[{}]: Accepted publickey for deploy from {ip} port 50412 ssh2",
                    number % 30_000
                ),
            )
        }
        7 => {
            let time = time("%Y-%m-%dT%H:%M:%S%.3fZ");
            let line = format!(
                "{time}  INFO 1 --- [shop] [nio-8080-exec-{}] c.e.shop.OrderService : Order {number} accepted",
                number % 16
            );
            ("java", "orders", line)
        }
        8 => {
            let time = time("%Y-%m-%dT%H:%M:%S%.9fZ");
            let line = format!(
                "{time} stdout F {}",
                json!({"level": "info", "msg": format!("payment {number} authorised"), "took_ms": number % 400})
            );
            ("kubernetes", "payments", line)
        }
        9 => {
            let time = time("%Y-%m-%d %H:%M:%S%.3f UTC");
            let line = format!(
                "{time} [812] shop@orders LOG:  duration: {}.250 ms  statement: SELECT * FROM orders WHERE id = {number}",
                number % 90
            );
            ("postgresql", "orders-db", line)
        }
        10 => {
            let time = time("%d %b %Y %H:%M:%S%.3f");
            ("redis", "cache", format!("71:M {time} * {} changes in 60 seconds. Saving...", number % 900 + 100))
        }
        _ => {
            let time = time("%Y-%m-%d %H:%M:%S");
            ("text", "inventory", format!("{time} INFO 库存同步完成，共 {number} 条"))
        }
    }
}

/// The faults, one after the other.
fn fault(n: u64, now: Timestamp, rng: &mut impl Rng) -> Sample {
    let time = |format: &str| now.to_zoned(TimeZone::UTC).strftime(format).to_string();
    let number = rng.random_range(1..1_000);
    match n % 8 {
        0 => (
            "text",
            "orders-db",
            format!("{} ERROR 数据库宕机，主库 db-{} 无响应", time("%Y-%m-%d %H:%M:%S"), number % 9),
        ),
        1 => {
            let time = time("%Y-%m-%dT%H:%M:%S%.3fZ");
            let line = format!(
                "{time} ERROR 1 --- [shop] [nio-8080-exec-3] c.e.shop.PaymentGateway : Payment {number} failed\njava.lang.OutOfMemoryError: Java heap space\n\tat com.example.shop.PaymentGateway.call(PaymentGateway.java:77)"
            );
            ("java", "payments", line)
        }
        2 => {
            let time = time("%Y/%m/%d %H:%M:%S");
            let line = format!(
                "{time} [error] 71#71: *{number} connect() failed (111: Connection refused) while connecting to upstream, client: 203.0.113.9, server: shop.example.com"
            );
            ("nginx-error", "shop-web", line)
        }
        3 => (
            "syslog",
            "system",
            format!(
                "{} web-11 kernel: EXT4-fs error (device sda1): No space left on device, inode {number}",
                time("%b %e %H:%M:%S")
            ),
        ),
        4 => (
            "text",
            "inventory",
            format!("{} WARN 无法连接库存服务 stock-{}，重试", time("%Y-%m-%d %H:%M:%S"), number % 5),
        ),
        5 => {
            let time = time("%b %e %H:%M:%S");
            (
                "auth",
                "system",
                format!(
                    "{time} web-03 sshd[{number}]: Failed password for invalid user admin from 198.51.100.7 port 50412 ssh2"
                ),
            )
        }
        6 => (
            "postgresql",
            "orders-db",
            format!("{} [813] FATAL:  sorry, too many clients already", time("%Y-%m-%d %H:%M:%S%.3f UTC")),
        ),
        _ => {
            let time = time("%Y-%m-%dT%H:%M:%S%.9fZ");
            let line = format!(
                "{time} stderr F {}",
                json!({"level": "error", "msg": format!("connection pool exhausted, {number} waiting")})
            );
            ("kubernetes", "payments", line)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn records_are_events_and_repeatable() {
        let now = Timestamp::from_second(1_795_400_000).unwrap();
        for n in 0..3_000 {
            let bytes = record(n, now);
            assert_eq!(bytes, record(n, now));
            let event: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            assert!(event["message"].as_str().is_some_and(|m| !m.is_empty()));
        }
    }
}
