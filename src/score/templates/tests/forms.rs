//! What has the form of a value and what has not: one line each.

use super::{check, template};

#[test]
fn numbers_and_what_holds_them() {
    check("took 12 ms", "took <*>");
    check("took 12 sec. of 10 secs. Failed.", "took <*>. of <*>. Failed.");
    check("took 12 milliseconds", "took <*> milliseconds");
    check("-3 of +4.5e7, 0xDEADbeef and 50%", "<*> of <*> and <*>");
    check("wrote 3.2 GB to disk7", "wrote <*> to <*>");
    check("copied 18846 bytes (18.4 KB) in <1 sec", "copied <*> bytes in <*>");
    check("copied 12 bytes in 2 sec", "copied <*> bytes in <*>");
    check("at 10:20:30.123 on 2026-01-05", "at <*> on <*>");
    check("since Mon Jan 5 10:20:30 CET 2026", "since <*>");
    check("May I come in", "May I come in");
    check("slot[ 1] and slot[12]", "slot[<*>] and slot[<*>]");
}

#[test]
fn words_with_digits_that_are_words() {
    check("Log4jLogger flush2DB ready", "Log4jLogger flush2DB ready");
    check("arg1=x PSR0=2f", "arg1=<*> PSR0=<*>");
    check("user42 on eth0", "<*> on <*>");
}

#[test]
fn names_of_places() {
    check("open /var/log/app.log failed", "open <*> failed");
    check(r"load C:\Windows\system.ini now", "load <*> now");
    check("get https://shop.example/cart?id=a&b=c, then stop", "get <*>, then stop");
    check("GET /search?q=logs+and+more done", "GET <*> done");
    check("GET / done", "GET <*> done");
    check("host db.internal.example:5432 up", "host <*> up");
    check("proxy cdn.example:443 open", "proxy <*> open");
    check("mail for eve@example.com queued", "mail for <*> queued");
    check("link 00:1b:AA:bb:cc:ef down", "link <*> down");
    check("link FF:AB:CD:EF:AA:BB down", "link <*> down");
    check("peer fe80::1ff:fe23:4567:890a gone", "peer <*> gone");
    check("read/write and/or non-blocking I/O", "read/write and/or non-blocking I/O");
    check("at com.example.Store.put(Store.java:77)", "at <*>(<*>)");
}

#[test]
fn keys_and_values() {
    check("user=eve role=admin", "user=<*> role=<*>");
    check("logname= uid=0 ruser= rhost=h", "logname=<*> uid=<*> ruser=<*> rhost=<*>");
    check("a=, b=) c=", "a=<*>, b=<*>) c=<*>");
    check("name = eve", "name =<*>");
    check("tag=\"View Lock\" n=1", "tag=\"<*>\" n=<*>");
    check("ws=Source{10113} lock=Rect(0, 0 - 7, 8)", "ws=<*> lock=<*>");
    check("if a == b", "if a == b");
    check("status=failed state=down error=full", "status=failed state=down error=full");
    check("result = denied", "result = denied");
    check("x=failed", "x=failed");
    check(
        r#"{"user":"eve","msg":"started","level":"error","ok":true}"#,
        r#"{"user":"<*>","msg":"started","level":"error","ok":<*>}"#,
    );
    check(r#"{"note": "two words", "n": 1}"#, r#"{"note": "<*>", "n": <*>}"#);
}

#[test]
fn quotes_brackets_and_literals() {
    check("plugin 'cache' loaded", "plugin '<*>' loaded");
    check("plugin '' loaded", "plugin '<*>' loaded");
    check("said 'not found' twice", "said 'not found' twice");
    check("state 'failed' now", "state 'failed' now");
    check("it doesn't matter, isn't it", "it doesn't matter, isn't it");
    check("agent \"curl/8.1 (x; y) z\" seen", "agent \"<*>\" seen");
    check("connection () closed, call() done", "connection (<*>) closed, call() done");
    check("ret:true was null", "ret:<*> was <*>");
}

#[test]
fn lists_and_groups_of_any_length() {
    for line in ["nodes 1, 2, 3 lost", "nodes 1 lost", "nodes 1; 2 | 3, 4 lost"] {
        check(line, "nodes <*> lost");
    }
    let repeated = template("state a1 <ok> a2 <ok>");
    assert_eq!(template("state a1 <ok> a2 <ok> a3 <ok> a4 <ok>"), repeated);
    assert_ne!(template("state a1 <ok> a2 <bad>"), repeated);
}

#[test]
fn white_space_and_rulers() {
    check("  two   spaces\tand tabs ", " two spaces and tabs");
    check("enabled..........1", "enabled...<*>");
    assert_eq!(template("enabled......0"), template("enabled..........1"));
    check("===== start =====", "=== start ===");
    check("", "");
}

#[test]
fn chinese_is_cut_where_its_writing_changes() {
    check("连接10.0.0.1失败,耗时35毫秒", "连接<*>失败,耗时<*>毫秒");
    check("用户[eve]登录成功", "用户[eve]登录成功");
    check("订单号:A10032,状态:失败", "订单号:<*>,状态:失败");
    check("进程java退出", "进程java退出");
    check("共12345项", "共<*>项");
}
