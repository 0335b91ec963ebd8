// The words of the page: English is the key, Chinese the value. `--lang` decides, else the browser.
"use strict";

const CHINESE = {
	live: "实时",
	"hellowire was restarted": "hellowire 已重启",
	paused: "已暂停",
	"disconnected, trying again": "已断开,正在重试",
	"too many viewers": "查看者过多",
	"token missing or wrong": "令牌缺失或不正确",
	"{} not shown": "{} 个未显示",
	"Search bytes, as GET or \\x00\\r\\n": "搜索字节,如 GET 或 \\x00\\r\\n",
	"Refused only": "仅已拒绝",
	"Odd only": "仅不规范",
	Pause: "暂停",
	Follow: "跟随最新",
	Clear: "清空",
	Keys: "快捷键",
	"Token, as hellowire printed it": "令牌(hellowire 启动时输出)",
	Open: "打开",
	Requests: "请求",
	"Waiting for requests. Send one:": "正在等待请求。发送一个试试:",
	"No request matches.": "没有匹配的请求。",
	"Choose a request.": "请选择一个请求。",
	refused: "已拒绝",
	odd: "不规范",
	incomplete: "不完整",
	late: "回复后才到",
	"{} B": "{} 字节",
	Text: "文本",
	Hex: "十六进制",
	Headers: "请求头",
	Body: "正文",
	Exact: "原文",
	"Data of the chunks": "各分块的数据",
	"The head does not parse: see Text.": "请求头无法解析,请看文本。",
	"Copy command": "复制命令",
	"Copy as curl": "复制为 curl",
	Download: "下载",
	"Copied.": "已复制。",
	"Copy the selected text.": "请手动复制选中的文本。",
	"Saved as {}.": "已保存为 {}。",
	"Newer requests took its place.": "它已被更新的请求取代。",
	"No answer.": "没有响应。",
	"{} more bytes are in Hex.": "还有 {} 字节,见十六进制。",
	" {} bytes were not kept.": "有 {} 字节未保留。",
	More: "更多",
	Next: "下一个",
	Previous: "上一个",
	Read: "阅读",
	Back: "返回",
	Search: "搜索",
	Close: "关闭",
};

const root = document.documentElement;
const tags = [root.dataset.lang, ...navigator.languages, "en"];
const lang = tags.find((tag) => /^(en|zh)\b/.test(tag)).slice(0, 2);

const $ = (id) => document.getElementById(id);

// Hides an element. The list gets the focus that was in it.
function hide(id, isHidden = true) {
	if (isHidden && $(id).contains(document.activeElement)) $("list").focus();
	$(id).hidden = isHidden;
}

// The text in the viewer's language, with the value in its gap.
function say(english, value) {
	return ((lang === "zh" && CHINESE[english]) || english).replace("{}", () => value);
}

// Translates index.html.
function translate() {
	root.lang = lang;
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let node; (node = walker.nextNode()); ) node.data = say(node.data.trim());
	for (const each of document.querySelectorAll("[aria-label]")) each.ariaLabel = say(each.ariaLabel);
	$("find").placeholder = $("find").ariaLabel;
}
