//! The Chinese texts of the help: commands, options and their values. The key is the text as the help has it,
//! a paragraph without its last full stop.

pub(super) const TEXTS: &[(&str, &str)] = &[
    // The commands.
    (
        "Answers every HTTP request with Hello World, and logs it byte for byte",
        "用 Hello World 回复每个 HTTP 请求,并把请求逐字节写入日志",
    ),
    (
        "The request log goes to stdout, everything else to stderr. Exit codes: 0 the service has ended after its signal or its last record, 1 it has failed, 2 the usage is wrong. 129, 130, 131 or 143: a second signal has ended it at once, or a first one while it was starting",
        "请求日志写到 stdout,其他信息写到 stderr。退出码:0 表示服务器收到信号或写完最后一条记录后正常结束,1 表示服务器出错,2 表示用法错误;129、130、131 或 143 表示服务器因第二个信号立即结束,或在启动过程中收到信号",
    ),
    (
        "Answers any bytes with the document's hand-written answer, without HTTP",
        "不解析 HTTP,收到任何字节都发送教程里的那段回复",
    ),
    (
        "Reads the first bytes of a connection, logs them, and sends exactly \"HTTP/1.1 200 OK\\r\\n\\r\\nHello World\". Then it closes the connection in a way that loses no answer to a reset. It parses nothing",
        "读取连接上最先到达的字节,写入日志,然后原样发送 \"HTTP/1.1 200 OK\\r\\n\\r\\nHello World\"。关闭连接时会避免连接重置,客户端不会因此丢失回复。不做任何解析",
    ),
    (
        "Sends a text, a line or all of stdin, and prints the reply",
        "发送一段文字、一行输入或 stdin 的全部内容,并显示回复",
    ),
    (
        "The reply goes to stdout unchanged. On a terminal control bytes are visible. The reply ends when the server closes the connection, or is silent. Exit codes: 0 there was a reply, 1 there was none, it was cut short, or nothing was sent, 2 the usage is wrong",
        "回复原样写到 stdout;在终端上,控制字符会显示出来。服务器关闭连接或不再发送数据时,回复结束。退出码:0 表示收到回复,1 表示没有回复、回复不完整或没有发送任何数据,2 表示用法错误",
    ),
    (
        "Lets two people talk over one TCP connection: one listens, the other connects",
        "两个人在一个 TCP 连接上聊天:一方监听,另一方连接",
    ),
    (
        "The chat ends with \"byebye\" from either side, with Ctrl-D or with Ctrl-C. Without a terminal each line of stdin is a message, and each message a line of stdout. Exit codes: 0 the chat has ended, 1 there was no connection or it was lost, 2 the usage is wrong",
        "任何一方输入 \"byebye\",或按 Ctrl-D、Ctrl-C,聊天结束。没有终端时,stdin 的每一行是一条消息,收到的每条消息是 stdout 的一行。退出码:0 表示聊天正常结束,1 表示没有建立连接或连接中断,2 表示用法错误",
    ),
    ("Waits for one connection", "等待一个连接"),
    ("Connects to a listening chat", "连接正在监听的一方"),
    (
        "Checks a running service: asks for one answer, and expects a status from 200 to 399",
        "检查正在运行的服务器:发送一个请求,回复的状态码应为 200 到 399",
    ),
    (
        "Made for containers, which have no shell. Exit codes: 0 the service is healthy, or the container runs no service; 1 it is not, with the reason on stderr; 2 the usage is wrong",
        "用于没有 shell 的容器。退出码:0 表示服务器正常,或容器里没有运行服务器;1 表示服务器不正常,原因写到 stderr;2 表示用法错误",
    ),
    // The headings of options.
    ("Answer", "回复"),
    ("Limits", "限制"),
    ("Request log", "请求日志"),
    ("Inspect", "在浏览器中查看"),
    // The answer.
    ("The body of every answer", "每个回复的正文"),
    (
        "The status of every answer, 200 to 599. 204, 205 and 304 have no body",
        "每个回复的状态码,200 到 599。204、205 和 304 没有正文",
    ),
    (
        "Answer each request with itself, byte for byte, with up to `--log-body` of its body. Not with `--text`",
        "用请求本身的字节作为回复的正文,请求正文最多取 `--log-body`。不能与 `--text` 同时使用",
    ),
    (
        "How late every answer is, at most 5m, from the end of its request on. Refusals are not late",
        "每个回复推迟多久,从请求接收完毕算起,最长 5m。拒绝请求的回复不推迟",
    ),
    (
        "Answer this path with 200 while the service serves, and with 503 from its first signal on, for a balancer that polls. The answers are not late, and the other options here do not change them",
        "这个路径在服务器正常运行时回复 200,从第一个信号起回复 503,供负载均衡器轮询。这些回复不推迟,也不受本组其他选项影响",
    ),
    (
        "A header field of every answer, 'Name: value'. Repeatable; the variable has one field a line",
        "每个回复的一个头字段,写作 'Name: value'。可重复使用;在环境变量里每行一个字段",
    ),
    (
        "Refuse odd requests, too. Without this option, an odd request with only one possible meaning is answered, and its record has a note",
        "也拒绝不规范的请求。不用本选项时,不规范但没有歧义的请求会得到回复,并在日志记录里注明",
    ),
    // Listening.
    (
        "An address to listen on. It may be `8080` (127.0.0.1:8080), `:8080` (0.0.0.0:8080, every IPv4 address of the machine), `[::1]:8080` (IPv6 alone), `[fe80::1%eth0]:8080` (link-local) or `localhost:8080` (all addresses of the name). The port is 8080 if it is left out. Port 0 is any free port. `unix:/run/hellowire.sock` is a Unix socket. Repeatable, or separated by commas",
        "监听的地址。可以是 `8080`(127.0.0.1:8080)、`:8080`(0.0.0.0:8080,即本机的所有 IPv4 地址)、`[::1]:8080`(只有 IPv6)、`[fe80::1%eth0]:8080`(链路本地地址)或 `localhost:8080`(该主机名的所有地址)。省略端口时为 8080。端口 0 表示任意空闲端口。`unix:/run/hellowire.sock` 是 Unix 套接字。可重复使用,也可以用逗号分隔",
    ),
    (
        "The port of every IP address to listen on, instead of its own. Port 0 is any free port",
        "所有监听的 IP 地址都使用这个端口,代替各自的端口。端口 0 表示任意空闲端口",
    ),
    (
        "When the log on stdout and the diagnostics on stderr have colours. A file of `--log-file` has none",
        "stdout 上的日志和 stderr 上的诊断信息何时使用颜色。`--log-file` 的文件不使用颜色",
    ),
    (
        "On a terminal, unless `NO_COLOR` is set",
        "在终端上使用,除非设置了 `NO_COLOR`",
    ),
    ("Always, also in a pipe", "总是使用,在管道里也一样"),
    ("Never", "从不使用"),
    (
        "The number of workers, 1 to 1024. Each has a thread, and listeners of its own on IP addresses [default: one a core]",
        "工作线程的数量,1 到 1024。每个线程在 IP 地址上有自己的监听套接字 [默认: 每个 CPU 核心一个]",
    ),
    (
        "The permissions of a Unix socket's file, in octal. Who may write to it may connect",
        "Unix 套接字文件的权限,用八进制表示。可以写这个文件的用户才能连接",
    ),
    (
        "Share the port with other programs that use this option, for a restart without a gap. On a Unix socket, take the place of the program that listens there",
        "与同样使用本选项的程序共用端口,重启时服务不中断。对于 Unix 套接字,取代正在那里监听的程序",
    ),
    (
        "The level of the diagnostics on stderr",
        "stderr 上诊断信息的级别",
    ),
    ("Failures", "只有错误"),
    ("Also problems that end nothing", "另有不影响运行的问题"),
    ("Also the steps of a shutdown", "另有停止过程的各个步骤"),
    (
        "Also everything that may help to find a fault",
        "另有有助于查找故障的所有信息",
    ),
    ("Nothing", "不输出"),
    (
        "The language of what people read. Diagnostics, and records for programs, are English [default: zh if `LC_ALL`, `LC_MESSAGES` or `LANG` says so, else en]",
        "显示文字的语言。诊断信息和供程序读取的日志总是英文 [默认: `LC_ALL`、`LC_MESSAGES` 或 `LANG` 指定中文时为 zh,否则为 en]",
    ),
    ("English", "英文"),
    ("Chinese", "中文"),
    // The log.
    (
        "The format of the request log [default: pretty on a terminal, else line]",
        "请求日志的格式 [默认: 在终端上为 pretty,否则为 line]",
    ),
    (
        "For people: a header line, then the request as readable lines",
        "供人阅读:先是一行概要,然后逐行显示请求",
    ),
    (
        "For people: one line a request, with the status and the duration of its answer",
        "供人阅读:每个请求一行,带有回复的状态码和耗时",
    ),
    (
        "One line a record, the bytes escaped within double quotes",
        "每条记录一行,字节转义后放在双引号里",
    ),
    ("One JSON object a line", "每行一个 JSON 对象"),
    (
        "As `json`, with the parts of the head, the body, and the answer",
        "与 `json` 相同,另有请求头的各部分、正文和回复",
    ),
    (
        "Offset, hex and ASCII columns",
        "偏移、十六进制和 ASCII 三栏",
    ),
    (
        "A Python bytes literal a line, as the document's server prints it",
        "每行一个 Python bytes 字面量,与教程里的服务器打印的一样",
    ),
    (
        "Append records to this file instead of stdout. A new file has mode 0600. SIGHUP reopens the file. If it is a FIFO, the service waits for its first reader",
        "把记录追加到这个文件,而不是写到 stdout。新建文件的权限是 0600。收到 SIGHUP 时重新打开文件。如果它是命名管道(FIFO),服务器会等待第一个读取者",
    ),
    (
        "What happens if records arrive faster than they can be written: the service waits, or records are dropped and counted",
        "记录产生得太快、来不及写入时怎么办:服务器等待,或丢弃记录并计数",
    ),
    (
        "The service waits: nothing is lost",
        "服务器等待,不丢失记录",
    ),
    (
        "Records are dropped and counted: the service keeps its speed",
        "丢弃记录并计数,服务器不减速",
    ),
    (
        "How many bytes of records may wait in memory to be written",
        "内存中等待写入的记录最多多少字节",
    ),
    (
        "How many bytes of a request's body its record keeps. The record says how many more there were. No character is cut",
        "记录保留请求正文的多少字节。记录会注明省略了多少字节。不会把一个字符截成两半",
    ),
    (
        "Do not record requests for this path, for example a probe's. The path has to equal the request's up to any `?`, byte for byte. Repeatable, or separated by commas. Refused and incomplete requests are recorded all the same",
        "不记录对这个路径的请求,例如健康探测。请求的路径(`?` 之前的部分)必须与它逐字节相同。可重复使用,也可以用逗号分隔。被拒绝的请求和不完整的请求仍会记录",
    ),
    (
        "Record only requests with this method, as in POST, or whose target begins with this path, as in /hook, or that are `refused`, or `odd`. One of several is enough. The first line of a refused request counts, too. Repeatable, or separated by commas",
        "只记录这样的请求:使用这个方法(如 POST),或请求目标以这个路径开头(如 /hook),或被拒绝(`refused`),或不规范(`odd`)。给出多个时,符合一个即可。被拒绝的请求也按请求行判断。可重复使用,也可以用逗号分隔",
    ),
    (
        "Stop after this many records, as after a signal. The exit code is 0",
        "写完这么多条记录后停止,与收到信号时一样。退出码为 0",
    ),
    // The page.
    (
        "Show each request in a browser, at this address. It may be `8081` (127.0.0.1:8081) or `:8081` (0.0.0.0:8081, every IPv4 address of the machine). The port is 8081 if it is left out. Port 0 is any free port",
        "在浏览器中用这个地址查看每个请求。可以是 `8081`(127.0.0.1:8081)或 `:8081`(0.0.0.0:8081,即本机的所有 IPv4 地址)。省略端口时为 8081。端口 0 表示任意空闲端口",
    ),
    (
        "How many bytes of records the page keeps in memory, 64 KiB to 1 GiB. The oldest go first",
        "网页在内存中保留多少字节的记录,64 KiB 到 1 GiB。最早的记录先丢弃",
    ),
    (
        "The token that the page asks for, at least 16 letters, digits or characters of `-._~` [default: none on loopback, else a random one]",
        "打开网页所需的令牌,至少 16 个字符,可用字母、数字和 `-._~` [默认: 回环地址不需要,否则随机生成]",
    ),
    // Limits.
    (
        "The longest request head, and the longest trailer section, 256 B to 16 MiB. A longer one gets 431",
        "请求头的最大长度,也是尾部字段的最大长度,256 B 到 16 MiB。超过时回复 431",
    ),
    (
        "The longest request target, 1 to 65534 B. A longer one gets 414",
        "请求目标的最大长度,1 到 65534 B。超过时回复 414",
    ),
    (
        "The longest request body. A longer one gets 413, and the connection closes",
        "请求正文的最大长度。超过时回复 413,并关闭连接",
    ),
    (
        "How long a connection may be idle, a body may pause, and a client may leave an answer unread",
        "连接可以空闲多久,正文可以停顿多久,客户端可以多久不读取回复",
    ),
    (
        "How many connections are served at once. More wait in the kernel's accept queue",
        "最多同时服务多少个连接。更多的连接在内核的接受队列里等待",
    ),
    (
        "How much of a connection's bytes the kernel may hold each way, 4 KiB to 64 MiB. A small size bounds the memory of a container, but slows far clients down [default: as much as the kernel likes]",
        "内核在每个方向上为一个连接最多缓存多少字节,4 KiB 到 64 MiB。较小的值可以限制容器的内存,但会让距离远的客户端变慢 [默认: 由内核决定]",
    ),
    (
        "How long a request's head may take from its first byte on, and how long a new connection may be silent. A late head gets 408, a silent connection is closed",
        "请求头从第一个字节起多长时间内必须到齐,新连接可以多久不发送数据。请求头超时则回复 408,不发送数据的连接会被关闭",
    ),
    (
        "How long the service reads on after its last answer, if the client goes on sending. Without this, a reset might destroy the answer",
        "发送最后一个回复后,如果客户端还在发送,服务器继续读取多久。否则连接重置可能使回复丢失",
    ),
    (
        "How many bytes the service reads then",
        "这段时间里服务器最多读取多少字节",
    ),
    (
        "How long requests in flight, and the log, may take after SIGTERM, SIGINT, SIGQUIT or SIGHUP. After that time they are cut, and the exit code is 1",
        "收到 SIGTERM、SIGINT、SIGQUIT 或 SIGHUP 后,最多用多长时间处理完未完成的请求和日志。超时则中断它们,退出码为 1",
    ),
    (
        "How long the service goes on accepting connections after the signal, before the drain begins. Each answer has \"connection: close\" then",
        "收到信号后,服务器继续接受新连接多久,然后才开始收尾。这段时间里每个回复都带有 \"connection: close\"",
    ),
    // The client.
    (
        "The bytes to send, unchanged [default: a line from a prompt if stdin is a terminal, else all of stdin]",
        "要发送的数据,原样发送 [默认: stdin 是终端时提示输入一行,否则为 stdin 的全部内容]",
    ),
    (
        "The server's address. It may be `8080` (127.0.0.1:8080), `[::1]:8080` or `example.org:80`. All addresses of a name are tried. The port is 8080 if it is left out. `unix:/run/hellowire.sock` is a Unix socket",
        "服务器的地址。可以是 `8080`(127.0.0.1:8080)、`[::1]:8080` 或 `example.org:80`。如果是主机名,会尝试它的所有地址。省略端口时为 8080。`unix:/run/hellowire.sock` 是 Unix 套接字",
    ),
    ("How long connecting may take", "建立连接最多用多长时间"),
    (
        "How long the server may read nothing, and then answer nothing",
        "服务器可以多久不读取数据,之后又可以多久不回复",
    ),
    (
        "How long a silence ends the reply, if the server does not close the connection",
        "如果服务器不关闭连接,多久没有新数据就视为回复结束",
    ),
    (
        "Keep the writing side open after the end of stdin, until the reply has ended. Some servers take a closed writing side for an abort",
        "stdin 结束后不关闭发送方向,直到回复结束。有些服务器会把关闭发送方向当作中断",
    ),
    // The chat.
    (
        "The address to listen on. It may be `12345` (127.0.0.1:12345), `:12345` (0.0.0.0:12345, every IPv4 address of the machine), `[::]:12345` or a name. The port is 12345 if it is left out. Port 0 is any free port",
        "监听的地址。可以是 `12345`(127.0.0.1:12345)、`:12345`(0.0.0.0:12345,即本机的所有 IPv4 地址)、`[::]:12345` 或主机名。省略端口时为 12345。端口 0 表示任意空闲端口",
    ),
    (
        "The address to connect to. All addresses of a name are tried. The port is 12345 if it is left out",
        "要连接的地址。如果是主机名,会尝试它的所有地址。省略端口时为 12345",
    ),
    (
        "The longest message, 1 KiB to 16 MiB. A longer one is sent, and shown, in parts",
        "消息的最大长度,1 KiB 到 16 MiB。更长的消息会分段发送和显示",
    ),
    // The health check.
    (
        "The address to ask. A wildcard, `0.0.0.0` or `[::]`, means loopback. `unix:/run/hellowire.sock` is a Unix socket. The variable may have several addresses; the first counts. Without the argument, in a container whose first process is hellowire, the check asks the first address that this process listens on and whose port is not 0. If there is none, the check asks nothing and succeeds",
        "要检查的地址。通配地址 `0.0.0.0` 或 `[::]` 表示本机回环地址。`unix:/run/hellowire.sock` 是 Unix 套接字。环境变量里可以有多个地址,只用第一个。不给出地址时,如果容器的首个进程是 hellowire,就检查该进程监听的第一个端口不为 0 的地址;没有这样的地址时,不做检查,直接视为成功",
    ),
    (
        "The port to ask, instead of the address's own. The variable has no effect on an address that is given as the argument",
        "要检查的端口,代替地址中的端口。如果地址由参数给出,环境变量不起作用",
    ),
    ("The path to ask for", "请求的路径"),
    (
        "How long the whole check may take",
        "整个检查最多用多长时间",
    ),
];
