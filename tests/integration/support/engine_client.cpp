#include "tests/integration/support/engine_client.hpp"

#include "tests/integration/support/sockets.hpp"

namespace copal::test {

std::string engine_client::ask(std::string_view method,
  std::string_view path,
  const std::string& body,
  std::string* head) const {
  const auto line = connect_to(socket_);
  if (!line)
    return {};
  // HTTP/1.0: the answer is neither chunked nor followed by another.
  std::string request{method};
  request += " /v1.41" + std::string{path} + " HTTP/1.0\r\nContent-Type: application/json\r\n";
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  if (!send_all(line.get(), request))
    return {};
  const auto text = read_to_end(line.get());
  const auto end = text.find("\r\n\r\n");
  if (end == std::string::npos || !text.starts_with("HTTP/1."))
    return {};
  if (head != nullptr)
    *head = text.substr(0, end);
  return text.substr(end + 4);
}

engine_client::answer engine_client::call(
  std::string_view method, std::string_view path, const std::string& body) const {
  std::string head;
  const auto text = ask(method, path, body, &head);
  answer out;
  if (head.empty())
    return out;
  out.status = std::stoi(head.substr(9, 3));
  out.body = nlohmann::json::parse(text, nullptr, false);
  return out;
}

} // namespace copal::test
