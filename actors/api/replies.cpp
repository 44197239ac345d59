#include "actors/api/replies.hpp"

namespace copal::api {

namespace {

std::string_view words_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 401:
      return "Unauthorized";
    default:
      return "Internal Server Error";
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out += c;
  }
  return out;
}

} // namespace

reply status_reply(int status) {
  reply out;
  out.status = status;
  if (status == 204)
    return out;
  out.form = body_form::plain;
  out.body = std::string{words_of(status)};
  return out;
}

reply text_reply(int status, std::string text) {
  reply out;
  out.status = status;
  out.form = body_form::html;
  out.body = std::move(text);
  return out;
}

reply json_reply(int status, value body) {
  reply out;
  out.status = status;
  out.form = body_form::json;
  out.body = std::move(body);
  return out;
}

reply success_reply(value::map_type fields) {
  auto body = value::map({{"status", "success"}});
  for (auto& f : fields)
    body.set(f.key, std::move(f.val));
  return json_reply(200, std::move(body));
}

reply failure_reply(int status, std::string message) {
  return json_reply(status,
    value::map({
      {"status", "failed"},
      {"message", message.empty() ? std::string{"Unknown error"} : std::move(message)},
    }));
}

reply not_found_reply(std::string_view method, std::string_view path) {
  auto out = text_reply(404,
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n"
    "</head>\n<body>\n<pre>Cannot "
      + escaped(method) + ' ' + escaped(path) + "</pre>\n</body>\n</html>\n");
  // The path is the caller's: whatever it holds, no browser runs it.
  out.headers = {
    {"Content-Security-Policy", "default-src 'none'"}, {"X-Content-Type-Options", "nosniff"}};
  return out;
}

bool is_truthy(const value* x) {
  if (x == nullptr)
    return false;
  if (const auto* yes = x->as_bool())
    return *yes;
  if (const auto* number = x->as_integer())
    return *number == 1;
  const auto* given = x->as_text();
  if (given == nullptr)
    return false;
  std::string text = *given;
  for (char& c : text)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text == "1" || text == "true" || text == "on";
}

} // namespace copal::api
