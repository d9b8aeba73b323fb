//! The built-in keyword table: the operations team's own words first, then what servers, kernels, databases and run-times say when
//! they are in trouble, in Chinese and English.
//!
//! A phrase of Latin letters matches whole words in any case; a phrase that begins with `*` also matches as the last part of a
//! camel-case name (`*Exception` in `NullPointerException`). Chinese phrases match anywhere.

use crate::score::verdict::Severity;

/// What a phrase in a line means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// An anomaly of this severity, whatever a model says.
    Sure(Severity),
    /// At least this severity; whether it is an anomaly is for a better judge to say.
    Hint(Severity),
    /// A false friend: hides the shorter phrases inside it.
    Harmless,
}

const CRITICAL: Weight = Weight::Sure(Severity::Critical);
const WARNING: Weight = Weight::Sure(Severity::Warning);
const GRAVE_HINT: Weight = Weight::Hint(Severity::Critical);
const HINT: Weight = Weight::Hint(Severity::Warning);

/// Phrases that share a weight and a category.
pub struct Group {
    pub weight: Weight,
    pub category: &'static str,
    /// Separated by `|`.
    pub phrases: &'static str,
}

const fn group(weight: Weight, category: &'static str, phrases: &'static str) -> Group {
    Group { weight, category, phrases }
}

pub const BUILT_IN: &[Group] = &[
    // The operations team's own table.
    group(CRITICAL, "availability", "宕机|崩溃|服务不可用|系统瘫痪|服务中断|进程异常退出|死机"),
    group(CRITICAL, "network", "无法连接|连接失败|连接被拒绝|网络中断|网络不可达|链路中断"),
    group(WARNING, "performance", "性能下降|性能降低|响应缓慢|负载过高|延迟过高"),
    group(WARNING, "resource", "资源不足|资源耗尽|空间不足|内存使用率过高|连接数过多"),
    group(HINT, "warning", "警告|告警|预警"),
    // Chinese, further.
    group(CRITICAL, "memory", "内存溢出|内存不足|内存耗尽"),
    group(CRITICAL, "storage", "磁盘已满|磁盘满|磁盘故障|磁盘空间不足|数据损坏|数据丢失|文件系统损坏"),
    group(CRITICAL, "hardware", "硬件故障|电源故障|风扇故障|温度过高"),
    group(CRITICAL, "cluster", "主从切换失败|脑裂|节点失联|心跳丢失|集群不可用"),
    group(CRITICAL, "database", "死锁|主从同步中断|数据库不可用"),
    group(CRITICAL, "security", "入侵|暴力破解|勒索|挖矿"),
    group(HINT, "security", "未授权访问|认证失败|登录失败|签名无效|证书过期|证书即将过期"),
    group(HINT, "error", "错误|异常|失败|故障|报错|出错|拒绝|丢包|中断|不可用|不可达|致命"),
    group(HINT, "timeout", "超时|重试|熔断|限流|降级|积压|堆积|抖动"),
    group(
        Weight::Harmless,
        "",
        "异常检测|异常处理|错误处理|错误日志|错误页|错误码|故障演练|故障转移完成|告警规则|告警配置|超时时间|超时设置|重试次数|重试策略|失败次数|限流规则|降级策略|无异常|无错误|无故障|\
         不中断|不可用性|拒绝策略|预警规则|告警恢复|故障恢复|恢复正常",
    ),
    // Machines and kernels.
    group(CRITICAL, "kernel", "kernel panic|kernel bug|soft lockup|hard lockup|blocked for more than 120 seconds"),
    group(CRITICAL, "kernel", "general protection fault|unable to handle kernel|rcu_sched self-detected stall"),
    group(CRITICAL, "crash", "segfault|segmentation fault|core dumped|dumped core|bus error|stack smashing"),
    group(CRITICAL, "crash", "fatal signal|sigsegv|sigabrt|sigbus|assertion failed|double free|crashloopbackoff"),
    group(CRITICAL, "crash", "goroutine panic|panicked at|unhandled panic|process crashed|crash dump|has crashed"),
    group(
        CRITICAL,
        "memory",
        "out of memory|oom-killer|oom killer|oomkilled|oom kill|killed process|*OutOfMemoryError|\
         cannot allocate memory|java heap space|gc overhead limit exceeded|memory exhausted|\
         *StackOverflowError|stack overflow|heap out of memory",
    ),
    group(
        CRITICAL,
        "storage",
        "no space left on device|disk full|disk is full|disk failure|disk failed|read-only file system|\
         read-only filesystem|remounting filesystem read-only|i/o error|input/output error|medium error|\
         data corruption|corrupted data|corrupt page|database corruption|filesystem corruption|\
         checksum mismatch|uncorrectable error|uncorrectable ecc|bad sector|raid degraded|\
         superblock corrupt|disk quota exceeded|flood stage disk watermark|lost page write",
    ),
    group(
        CRITICAL,
        "network",
        "unable to connect|cannot connect|can't connect|could not connect|can not connect|\
         failed to connect|connection refused|network is unreachable|no route to host|host is unreachable|\
         link is down|no live upstreams|all upstreams are down|upstream prematurely closed|\
         connection pool exhausted|too many open files|too many connections|name or service not known|\
         no such host|temporary failure in name resolution",
    ),
    group(
        CRITICAL,
        "availability",
        "service unavailable|server is down|service is down|node is down|host is down|instance is down|\
         cluster is down|system halted|failed to start|start request repeated too quickly|not responding|\
         is unresponsive|failed liveness probe|back-off restarting failed container|no healthy upstream|\
         main process exited, code=killed|watchdog timeout",
    ),
    group(
        CRITICAL,
        "database",
        "deadlock found|deadlock detected|replication stopped|replication broken|split brain|split-brain|\
         lost quorum|no quorum|master not discovered|no primary|could not serialize access|\
         innodb: corruption|unavailable shards|all shards failed|transaction log is full|\
         offline partition",
    ),
    group(
        CRITICAL,
        "hardware",
        "hardware error|machine check exception|mce: [hardware error]|power supply failure|fan failure|\
         temperature above threshold|thermal shutdown|double bit error|parity error|nvlink error|\
         xid error|gpu has fallen off the bus",
    ),
    group(
        CRITICAL,
        "security",
        "possible break-in attempt|privilege escalation|brute force|brute-force|sql injection|ransomware|\
         rootkit|reverse shell|malware detected|possible syn flooding|audit log cleared",
    ),
    // What the team's table says of 性能下降 and 资源不足, in English.
    group(WARNING, "performance", "performance degraded|degraded performance|performance degradation"),
    group(WARNING, "resource", "resources exhausted|low disk space"),
    // Gets in the way, but the service still stands: how bad it is depends on where it is said.
    group(
        HINT,
        "security",
        "authentication failure|authentication failed|permission denied|access denied|failed password|\
         invalid user|unauthorized access|certificate has expired|certificate expired|\
         certificate verify failed|ssl handshake failed|tls handshake error|account locked|\
         too many authentication failures",
    ),
    group(
        HINT,
        "performance",
        "performance degraded|degraded performance|high load|high cpu|high memory usage|slow query|\
         slow request|long gc pause|lagging behind|replication lag|queue is full|buffer is full|\
         backpressure|circuit breaker is open|circuit breaker opened|rate limit exceeded|\
         high disk watermark|thread starvation",
    ),
    group(
        HINT,
        "resource",
        "insufficient resources|insufficient memory|insufficient disk space|insufficient cpu|\
         low on memory|low memory|running out of|resource temporarily unavailable|limit reached|\
         quota exceeded|nearly full|almost full|pool is full",
    ),
    group(
        HINT,
        "network",
        "connection reset by peer|connection reset|broken pipe|connection timed out|connection timeout|\
         packet loss|request timed out|read timed out|bad gateway|gateway timeout|gateway time-out|\
         upstream timed out|connection lost|lost connection|connection aborted|dns lookup failed",
    ),
    // Words that mean trouble more often than not.
    group(HINT, "hardware", "parity error|correctable error|corrected error|ecc error"),
    group(GRAVE_HINT, "fatal", "fatal|panic|emergency|emerg|*FatalError"),
    group(HINT, "error", "error|errors|err|severe|critical|crit|exception|*Exception|*Error|traceback"),
    group(
        HINT,
        "error",
        "fail|fails|failed|failing|failure|failures|fault|faults|abort|aborted|aborting|crash|crashed|\
         crashes|corrupt|corrupted|corruption|denied|refused|rejected|unreachable|unavailable|offline|\
         unable to|cannot|could not|can't|invalid|illegal|malformed|missing|lost|dropped|killed|\
         terminated abnormally|exhausted|overflow|deadlock|violation|unhealthy|expired|died|stuck|hung|\
         mismatch|not found|unexpected|unhandled|uncaught|rolled back|rollback",
    ),
    group(HINT, "timeout", "timeout|timeouts|timed out|time out|deadline exceeded|retry limit|retries exceeded"),
    group(HINT, "warning", "warn|warning|warnings|degraded|throttled|throttling|deprecated|overload|overloaded"),
    group(
        Weight::Harmless,
        "",
        "error log|error logs|error page|error pages|error handler|error handlers|error handling|\
         error reporting|error correction|error detection|error budget|error rate limit|exception handler|\
         exception handling|on error|on failure|if error|last error|fault tolerant|fault tolerance|\
         fault-tolerant|failover completed|fail-safe|failsafe|fail2ban|retry on timeout|timeout set to|\
         with timeout|warning level|error level|log level|missing optional|lost and found|panic button|\
         crash recovery|crash reporter|crash reporting|invalid users: 0|denied list|deny list|\
         deadlock detection|connection timeout set|critical section|critical path|default timeout|\
         idle timeout|session timeout|dropped privileges|dropping privileges|exception list|error-free|\
         no longer",
    ),
];
