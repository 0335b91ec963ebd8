//! The Chinese texts of refusals and of what is odd: the rules, the bytes, and the protocols that are not HTTP/1.

pub(super) const TEXTS: &[(&str, &str)] = &[
    // The request line.
    ("the request line is malformed", "请求行格式错误"),
    ("the method is not registered", "请求方法未注册"),
    (
        "the method is HEAD, CONNECT or TRACE in another case",
        "HEAD、CONNECT 或 TRACE 方法的大小写不对",
    ),
    (
        "the method is longer than any that is known",
        "请求方法比任何已知的方法都长",
    ),
    ("the method is not served", "不支持这个请求方法"),
    ("the request line has no version", "请求行缺少版本"),
    ("the version is malformed", "版本格式错误"),
    (
        "only HTTP/1.0 and HTTP/1.1 are served",
        "只支持 HTTP/1.0 和 HTTP/1.1",
    ),
    ("the request target is missing", "缺少请求目标"),
    ("the request target is too long", "请求目标过长"),
    ("the request target has a blank", "请求目标含有空白字符"),
    (
        "the request target has a control byte",
        "请求目标含有控制字符",
    ),
    (
        "the request target has a byte that no URI has",
        "请求目标含有 URI 不允许的字节",
    ),
    (
        "the request target has a fragment",
        "请求目标含有片段标识(#)",
    ),
    (
        "the request target has a percent sign without two hex digits",
        "请求目标中的百分号后面不是两位十六进制数字",
    ),
    (
        "the request target is an asterisk, which OPTIONS alone has",
        "请求目标是星号,只有 OPTIONS 方法可以这样用",
    ),
    (
        "the request target has no form that this method takes",
        "请求目标的形式不适用于这个请求方法",
    ),
    (
        "the request target has a malformed host or port",
        "请求目标中的主机或端口格式错误",
    ),
    (
        "the request target has userinfo",
        "请求目标含有用户信息(userinfo)",
    ),
    (
        "the scheme of the request target is not http",
        "请求目标的协议不是 http",
    ),
    // Lines and fields.
    ("the lines end in a bare LF", "行尾只有 LF,没有 CR"),
    (
        "some lines end in CRLF and some in a bare LF",
        "行尾不一致:有的是 CRLF,有的只有 LF",
    ),
    ("a CR stands without its LF", "CR 后面没有 LF"),
    (
        "a blank stands before the first field",
        "第一个头字段前面有空白字符",
    ),
    ("a field is folded over several lines", "头字段折成了多行"),
    ("a field has no name", "头字段没有名称"),
    (
        "the name of a field is no token",
        "头字段的名称含有不允许的字符",
    ),
    (
        "a blank stands in or behind the name of a field",
        "头字段的名称中或名称后有空白字符",
    ),
    ("a field has no colon", "头字段没有冒号"),
    (
        "the value of a field has a control byte",
        "头字段的值含有控制字符",
    ),
    ("the head is malformed", "请求头格式错误"),
    ("there are more than 100 fields", "头字段超过 100 个"),
    (
        "the name of a field is longer than 65535 bytes",
        "头字段的名称超过 65535 字节",
    ),
    ("the head is too long", "请求头过长"),
    ("the head ended early", "请求头不完整,提前结束"),
    ("the head took too long", "接收请求头超时"),
    // Host and Expect.
    ("Host is missing", "缺少 Host"),
    ("Host is repeated", "Host 重复"),
    ("Host is empty", "Host 为空"),
    (
        "Host is no host with an optional port",
        "Host 不是有效的主机名或地址(可带端口)",
    ),
    ("the host has a byte beyond ASCII", "主机含有非 ASCII 字节"),
    (
        "the host has an IPv6 zone, which only its sender knows",
        "主机含有 IPv6 区域,区域只对发送方有意义",
    ),
    (
        "the host is an address of a later IP version",
        "主机是未来 IP 版本的地址",
    ),
    (
        "an expectation other than 100-continue can't be met",
        "Expect 只支持 100-continue",
    ),
    // The body's length.
    (
        "Content-Length is no plain decimal number",
        "Content-Length 不是十进制整数",
    ),
    ("Content-Length is repeated", "Content-Length 重复"),
    (
        "Content-Length stands beside Transfer-Encoding",
        "Content-Length 与 Transfer-Encoding 同时出现",
    ),
    (
        "Transfer-Encoding stands in HTTP/1.0",
        "HTTP/1.0 请求不能有 Transfer-Encoding",
    ),
    (
        "Transfer-Encoding is no list of codings",
        "Transfer-Encoding 不是编码列表",
    ),
    (
        "a tab stands behind the value of Transfer-Encoding",
        "Transfer-Encoding 的值后面有制表符",
    ),
    (
        "Transfer-Encoding does not end in chunked",
        "Transfer-Encoding 不以 chunked 结尾",
    ),
    (
        "Transfer-Encoding names chunked twice",
        "Transfer-Encoding 中 chunked 出现两次",
    ),
    ("the coding chunked has a parameter", "chunked 编码带有参数"),
    (
        "only the transfer coding chunked is served",
        "传输编码只支持 chunked",
    ),
    ("the body is too long", "正文过长"),
    ("the body ended early", "正文不完整,提前结束"),
    ("the body took too long", "接收正文超时"),
    // Chunks.
    (
        "the size line of a chunk is malformed",
        "分块的长度行格式错误",
    ),
    (
        "the size of a chunk has more than 16 digits",
        "分块的长度超过 16 位数字",
    ),
    (
        "the data of a chunk is not followed by CRLF",
        "分块的数据后面没有 CRLF",
    ),
    ("a chunk extension is malformed", "分块扩展格式错误"),
    ("the chunk extensions are too long", "分块扩展过长"),
    ("the trailer section is malformed", "尾部字段格式错误"),
    ("the trailer section is too long", "尾部字段过长"),
    (
        "there are more than 100 trailer fields",
        "尾部字段超过 100 个",
    ),
    // The byte that breaks the rule.
    ("tab", "制表符"),
    ("space", "空格"),
    ("double quote", "双引号"),
    ("backslash", "反斜杠"),
    (": {} at offset {}", "({},偏移 {})"),
    (": {} at offset {} of the target", "({},请求目标内偏移 {})"),
    (": {} at offset {} of the host", "({},主机内偏移 {})"),
    // What the bytes look like.
    ("; it looks like {}", ";看起来是 {}"),
    (
        "TLS: this service speaks plain http, not https",
        "TLS:本服务器只支持 http,不支持 https",
    ),
    (
        "HTTP/2: this service speaks HTTP/1.1",
        "HTTP/2:本服务器只支持 HTTP/1.1",
    ),
    (
        "the PROXY protocol, version 1: this service does not read it",
        "PROXY 协议第 1 版:本服务器不支持",
    ),
    (
        "the PROXY protocol, version 2: this service does not read it",
        "PROXY 协议第 2 版:本服务器不支持",
    ),
    ("SSH: this service speaks HTTP", "SSH:本服务器只支持 HTTP"),
    (
        "SOCKS 4: this service is no proxy",
        "SOCKS 4:本服务器不是代理",
    ),
    (
        "SOCKS 5: this service is no proxy",
        "SOCKS 5:本服务器不是代理",
    ),
];
