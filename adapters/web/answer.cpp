#include "adapters/web/answer.hpp"

#include "adapters/json/json.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace copal::web {

namespace {

struct words {
  int status;
  std::string_view text;
};

constexpr words all_words[] = {
  {200, "OK"},
  {202, "Accepted"},
  {204, "No Content"},
  {304, "Not Modified"},
  {400, "Bad Request"},
  {401, "Unauthorized"},
  {404, "Not Found"},
  {408, "Request Timeout"},
  {409, "Conflict"},
  {417, "Expectation Failed"},
  {423, "Locked"},
  {431, "Request Header Fields Too Large"},
  {500, "Internal Server Error"},
  {503, "Service Unavailable"},
};

std::string status_line(int status) {
  std::string_view text = "Unknown";
  for (const auto& w : all_words) {
    if (w.status == status)
      text = w.text;
  }
  return "HTTP/1.1 " + std::to_string(status) + ' ' + std::string{text} + "\r\n";
}

std::string_view type_of(api::body_form form) {
  switch (form) {
    case api::body_form::none:
      return {};
    case api::body_form::plain:
      return "text/plain; charset=utf-8";
    case api::body_form::html:
      return "text/html; charset=utf-8";
    case api::body_form::json:
      return "application/json; charset=utf-8";
  }
  return {};
}

std::string hex(std::uint64_t number) {
  constexpr const char* digits = "0123456789abcdef";
  std::string out;
  do {
    out += digits[number % 16];
    number /= 16;
  } while (number != 0);
  std::reverse(out.begin(), out.end());
  return out;
}

/// Weak: it tells copies apart, and is no proof of anything. FNV-1a.
std::string etag_of(std::string_view body) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : body) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return "W/\"" + hex(body.size()) + '-' + hex(hash) + '"';
}

/// Nothing that a reply holds may end a header early.
bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 127;
  });
}

/// The opaque part: weak and strong tags of the same text are equal here.
std::string_view opaque(std::string_view tag) {
  while (!tag.empty() && (tag.front() == ' ' || tag.front() == '\t'))
    tag.remove_prefix(1);
  while (!tag.empty() && (tag.back() == ' ' || tag.back() == '\t'))
    tag.remove_suffix(1);
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

} // namespace

answer write_reply(const api::reply& what) {
  answer out;
  out.status = what.status;
  if (const auto* text = std::get_if<std::string>(&what.body)) {
    out.body = *text;
  } else {
    auto written = json::write(std::get<value>(what.body));
    if (!written)
      return failure(written.error().what);
    out.body = std::move(*written);
  }
  out.head = status_line(what.status);
  for (const auto& [name, text] : what.headers) {
    if (is_clean(name) && is_clean(text))
      out.head.append(name).append(": ").append(text).append("\r\n");
  }
  if (what.form == api::body_form::none) {
    out.body.clear();
    if (what.status != 204 && what.status != 304)
      out.head += "Content-Length: 0\r\n";
    return out;
  }
  out.etag = etag_of(out.body);
  out.head += "Content-Type: " + std::string{type_of(what.form)} + "\r\nContent-Length: "
              + std::to_string(out.body.size()) + "\r\nETag: " + out.etag + "\r\n";
  return out;
}

answer not_modified(const answer& of) {
  answer out;
  out.status = 304;
  out.head = status_line(304) + "ETag: " + of.etag + "\r\n";
  return out;
}

bool is_fresh(const freshness& said, std::string_view etag) {
  if (said.if_none_match.empty() || etag.empty()
      || said.cache_control.find("no-cache") != std::string_view::npos)
    return false;
  auto rest = said.if_none_match;
  while (!rest.empty()) {
    const auto end = rest.find(',');
    const auto one = opaque(rest.substr(0, end));
    if (one == "*" || one == opaque(etag))
      return true;
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return false;
}

answer refusal(int status) {
  answer out;
  out.status = status;
  out.head = status_line(status) + "Content-Length: 0\r\n";
  return out;
}

answer failure(std::string message) {
  api::reply out;
  out.status = 503;
  out.form = api::body_form::json;
  out.body = value::map({{"status", "failed"}, {"message", std::move(message)}});
  if (!json::write(std::get<value>(out.body)))
    out.body = value::map({{"status", "failed"}, {"message", "Unknown error"}});
  return write_reply(out);
}

} // namespace copal::web
