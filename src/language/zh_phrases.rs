//! The Chinese texts of the services' start, of the client and of the chat.

pub(super) const TEXTS: &[(&str, &str)] = &[
    // A service's start.
    ("listening on {}", "服务器等待客户端连接…… {}"),
    ("inspect at {}", "在浏览器中查看请求: {}"),
    (
        "waiting for somebody to read the log's FIFO, {}",
        "等待有人读取日志管道 {}",
    ),
    // The client.
    ("Data to send: ", "请输入要发送的数据:"),
    ("Received: ", "接收到的数据为: "),
    (
        "(no answer yet; waiting for up to {})",
        "(尚无回复,最多等待 {})",
    ),
    // The chat.
    ("the other side types:", "请对方运行:"),
    ("connected: {}", "连接已建立 {}"),
    ("connected to {}", "已连接 {}"),
    ("you: ", "输入发送内容:"),
    ("peer: ", "接收到的内容:"),
    (
        "(waits until the other side has answered; Ctrl-C leaves)",
        "(等待对方回复后发送;按 Ctrl-C 离开)",
    ),
    (
        "(leaving as soon as the other side has ended too, or after 3 s of silence; Ctrl-C leaves now)",
        "(等对方也结束后离开,最多等 3 秒静默;按 Ctrl-C 立即离开)",
    ),
    ("({} more wait)", "(还有 {} 条等待发送)"),
    (
        "(longer than {} bytes: sent in parts)",
        "(超过 {} 字节,分段发送)",
    ),
    (
        "not sent, for want of an answer: {} of your messages",
        "对方未回复,有 {} 条消息未发送",
    ),
    ("you said byebye", "你说了 byebye,聊天结束"),
    ("the other side said byebye", "对方说了 byebye,聊天结束"),
    ("end of input: you left", "输入结束,你已离开"),
    ("interrupted: you left", "已中断,你已离开"),
    ("the other side left", "对方已离开"),
    // What `pretty` and `short` say.
    ("from {}", "来自 {}"),
    ("waiting: the head has not ended", "等待中:请求头还没有结束"),
    (
        "waiting: the last chunk has not come",
        "等待中:最后一个分块还没有到",
    ),
    (
        "waiting: {} of {} body bytes are missing",
        "等待中:正文还缺 {} 字节,共 {} 字节",
    ),
    ("refused", "已拒绝"),
    ("odd", "不规范"),
    ("late", "回复后才到"),
    ("incomplete", "不完整"),
    ("refused: {}", "已拒绝:{}"),
    ("odd: {}", "不规范:{}"),
    ("incomplete: the head did not end", "不完整:请求头没有结束"),
    ("incomplete: the body did not end", "不完整:正文没有结束"),
    (
        "{} more bytes: --log line has them",
        "还有 {} 字节未显示,用 --log line 查看",
    ),
    (
        "{} more bytes: --log hex has them",
        "还有 {} 字节未显示,用 --log hex 查看",
    ),
    (
        "{} more bytes that the log does not keep (--log-body)",
        "另有 {} 字节,日志没有保留 (--log-body)",
    ),
    // Why the page has no command for a record.
    (
        "not all of its bytes were kept (--log-body, --inspect-keep)",
        "没有保留它的全部字节 (--log-body, --inspect-keep)",
    ),
    (
        "it came after the answer, and sent alone it would come before one",
        "它在回复之后才到,单独发送则会先于回复",
    ),
    (
        "the new record is refused, not incomplete: the command does not cut the connection",
        "新记录会是「已拒绝」而不是「不完整」:此命令不会切断连接",
    ),
    (
        "it is refused, and curl makes no such request",
        "它已被拒绝,curl 发不出这样的请求",
    ),
    ("its bytes were not parsed", "它的字节没有被解析"),
    (
        "no command can name the service's socket",
        "没有命令能写出服务的套接字",
    ),
    (
        "it is incomplete, and curl sends whole requests",
        "它不完整,而 curl 只发完整的请求",
    ),
    (
        "it has empty lines before it, or bare LFs: curl sends CRLFs alone",
        "它前面有空行,或用单独的 LF 换行:curl 只发 CRLF",
    ),
    (
        "its head or its body is over 64 KiB",
        "它的请求头或正文超过 64 KiB",
    ),
    ("curl sends no trailer fields", "curl 不能发送尾部字段"),
    (
        "curl does not end an empty body of chunks behind Expect",
        "有 Expect 时,curl 不会结束空的分块正文",
    ),
    ("curl sends no body with HEAD", "curl 不能随 HEAD 发送正文"),
    (
        "its head has bytes that can't be pasted as text",
        "它的请求头里有不能作为文本粘贴的字节",
    ),
];
