//! The Chinese texts of usage errors, and the help's own words.

pub(super) const TEXTS: &[(&str, &str)] = &[
    // The help's own words. The blank behind the first aligns the lines below it.
    ("Usage:", "用法: "),
    ("Commands:", "命令:"),
    ("Arguments:", "参数:"),
    ("Options:", "选项:"),
    ("Possible values:", "可选值:"),
    ("[OPTIONS]", "[选项]"),
    ("<COMMAND>", "<命令>"),
    ("[COMMAND]", "[命令]"),
    ("[env: ", "[环境变量: "),
    ("[default: ", "[默认: "),
    ("[possible values: ", "[可选值: "),
    (
        "Print help (see a summary with '-h')",
        "显示帮助(-h 显示摘要)",
    ),
    (
        "Print help (see more with '--help')",
        "显示帮助(--help 显示详情)",
    ),
    ("Print help for the subcommand(s)", "要显示帮助的命令"),
    ("Print help", "显示帮助"),
    ("Print version", "显示版本"),
    (
        "Print this message or the help of the given subcommand(s)",
        "显示本帮助或指定命令的帮助",
    ),
    // Usage errors.
    ("error: {}", "错误: {}"),
    ("  tip: {}", "  提示: {}"),
    ("unexpected argument '{}'", "意外的参数 '{}'"),
    ("'{}' needs a value", "'{}' 缺少值"),
    ("'{}' has an invalid empty value", "'{}' 的值不能为空"),
    ("  [possible values: {}]", "  [可选值: {}]"),
    ("'{}' has the invalid value '{}'", "'{}' 的值 '{}' 无效"),
    ("'{}' takes no value '{}'", "'{}' 不接受值 '{}'"),
    ("unrecognized command '{}'", "未知命令 '{}'"),
    ("'{}' is given more than once", "'{}' 只能使用一次"),
    ("'{}' cannot be used with '{}'", "'{}' 不能与 '{}' 同时使用"),
    (
        "the command '{}' cannot be used with '{}'",
        "命令 '{}' 不能与 '{}' 同时使用",
    ),
    ("', '", "'、'"),
    ("' or '", "' 或 '"),
    ("  tip: did you mean '{}'?", "  提示: 是否想用 '{}'?"),
    (
        "to pass '{}' as a value, use '{}'",
        "如果 '{}' 是一个值,请写 '{}'",
    ),
    ("'{}' exists", "可以用 '{}'"),
    (
        "options stand behind the command: hellowire {} [OPTIONS]",
        "选项写在命令后面: hellowire {} [选项]",
    ),
    (
        "to listen at this port, use '-p {}'",
        "要监听这个端口,请用 '-p {}'",
    ),
    (
        "subcommand '{}' exists; to use it, remove the '--' before it",
        "如果要用命令 '{}',请去掉它前面的 '--'",
    ),
    (
        "For more information, try '--help'.",
        "详情请用 '--help' 查看。",
    ),
    // Why a value is invalid.
    ("not UTF-8", "不是 UTF-8"),
    ("expected a number, 1 to 1024", "应为 1 到 1024 的整数"),
    ("expected a number, 1 or more", "应为不小于 1 的整数"),
    (
        "expected yes or no, true or false, on or off, 1 or 0",
        "应为 yes 或 no、true 或 false、on 或 off、1 或 0",
    ),
    (
        "port 0 is any free one: the one to call is needed",
        "端口 0 表示任意空闲端口,这里需要具体的端口号",
    ),
    (
        "expected a time as in 10s, 500ms or 2m",
        "应为时间,如 10s、500ms 或 2m",
    ),
    (
        "a port is a number from 0 to 65535",
        "端口号是 0 到 65535 的整数",
    ),
    ("expected a port, 0 to 65535", "应为 0 到 65535 的端口号"),
    (
        "expected a method as in POST, the beginning of a path as in /hook, refused or odd",
        "应为方法(如 POST)、路径的开头(如 /hook)、refused 或 odd",
    ),
    ("longer than 365 days", "超过 365 天"),
    ("longer than 5 minutes", "超过 5 分钟"),
    ("must be longer than 0s", "必须大于 0s"),
    (
        "expected a size as in 4096, 64KiB or 16MiB",
        "应为大小,如 4096、64KiB 或 16MiB",
    ),
    ("more than 1 GiB", "超过 1 GiB"),
    ("not within {} to {}", "不在 {} 到 {} 之间"),
    (
        "expected a path as in /health, percent-encoded, without a query",
        "应为路径,如 /health;特殊字符用百分号编码,不带查询部分",
    ),
    (
        "expected an address, a port or both, as in 127.0.0.1:9000, [::1]:9000, localhost, 9000 or :9000",
        "应为地址、端口号或两者,如 127.0.0.1:9000、[::1]:9000、localhost、9000 或 :9000",
    ),
    (
        "an IPv6 address needs brackets before a port, as in [::1]:9000",
        "IPv6 地址后面有端口时需要方括号,如 [::1]:9000",
    ),
    (
        "a link-local address needs its zone, the network interface: as in [fe80::1%eth0]:9000",
        "链路本地地址需要区域,即网络接口,如 [fe80::1%eth0]:9000",
    ),
    (
        "only a link-local IPv6 address, as in [fe80::1%eth0]:9000, has a zone",
        "只有链路本地 IPv6 地址可以带区域,如 [fe80::1%eth0]:9000",
    ),
    (
        "a Unix socket is unix: and a path of 1 to 107 bytes without control and invisible characters, as in unix:/run/hellowire.sock",
        "Unix 套接字写作 unix: 加路径,路径为 1 到 107 字节,不含控制字符或不可见的字符,如 unix:/run/hellowire.sock",
    ),
    (
        "a Unix socket is of no use here: TCP is needed",
        "这里不能用 Unix 套接字,只能用 TCP",
    ),
    (
        "expected permissions in octal, 0 to 0777, as in 0660",
        "应为八进制权限,0 到 0777,如 0660",
    ),
    (
        "expected at least 16 letters, digits or characters of -._~",
        "应至少有 16 个字符,可用字母、数字和 -._~",
    ),
    (
        "expected a status code, 200 to 599, as in 404",
        "应为 200 到 599 的状态码,如 404",
    ),
    (
        "expected a header field as in 'Name: value'",
        "应为头字段,如 'Name: value'",
    ),
    (
        "the header field {} can't be set: it belongs to the connection",
        "头字段 {} 不能设置,它由连接本身决定",
    ),
];
