#include "main/config_json.hpp"

#include "adapters/json/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>
#include <system_error>

namespace copal {

namespace {

std::string shown(const value& x) {
  constexpr std::size_t longest = 80;
  auto text = json::write(x).value_or(to_string(x));
  return text.size() > longest ? text.substr(0, longest) + "..." : text;
}

error wrong(std::string_view key, const value& found, std::string_view expected) {
  return {errc::invalid_input,
    "key '" + std::string{key} + "' with value " + shown(found) + ": expected "
      + std::string{expected}};
}

result<std::string> text_at(const value& doc, std::string_view key) {
  const auto* found = doc.find(key);
  if (found == nullptr || found->is_null())
    return std::string{};
  if (const auto* text = found->as_text())
    return *text;
  return fail(wrong(key, *found, "a text"));
}

/// A number, or a text that is one.
result<std::int64_t> number_at(const value& doc, std::string_view key, std::int64_t usual) {
  const auto* found = doc.find(key);
  if (found == nullptr || found->is_null())
    return usual;
  if (const auto* number = found->as_integer())
    return *number;
  if (const auto* text = found->as_text()) {
    std::int64_t out = 0;
    const auto* end = text->data() + text->size();
    if (const auto [at, bad] = std::from_chars(text->data(), end, out);
        bad == std::errc{} && at == end && !text->empty())
      return out;
  }
  return fail(wrong(key, *found, "a number"));
}

bool is_uuid(std::string_view text) {
  return (text.size() == 32 || text.size() == 62)
         && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

result<device_config> read_device_config(const value& doc) {
  if (doc.as_map() == nullptr)
    return fail(errc::invalid_input, "expected an object at the top");
  device_config out;
  const auto uuid = text_at(doc, "uuid");
  const auto endpoint = text_at(doc, "apiEndpoint");
  const auto key = text_at(doc, "deviceApiKey");
  const auto port = number_at(doc, "listenPort", out.listen_port);
  if (!uuid)
    return fail(uuid.error());
  if (!uuid->empty() && !is_uuid(*uuid))
    return fail(wrong("uuid", value{*uuid}, "32 or 62 hex digits in lower case"));
  if (!endpoint)
    return fail(endpoint.error());
  if (!key) // Its value is not for the log.
    return fail(errc::invalid_input, "key 'deviceApiKey': expected a text");
  if (!port)
    return fail(port.error());
  if (*port < 1 || *port > 65535)
    return fail(wrong("listenPort", value{*port}, "a port, 1 to 65535"));
  out.uuid.value = *uuid;
  out.api_endpoint = *endpoint;
  out.device_api_key = secret{*key};
  out.listen_port = static_cast<std::uint16_t>(*port);
  return out;
}

result<device_config> open_device_config(const host::config_place& place,
  bool may_make,
  const std::function<std::string()>& new_uuid,
  const std::function<void(const std::string&)>& warn) {
  const auto mended = host::mend_config_file(place);
  if (!mended)
    return fail(mended.error());
  if (*mended)
    warn(place.file.string() + ": was broken off while it was written; its copy took its place");
  // A link that leads nowhere yet is no missing file: what it leads to may come.
  std::error_code unknown;
  const auto there = std::filesystem::symlink_status(place.file, unknown).type();
  if (may_make && there == std::filesystem::file_type::not_found) {
    if (auto made = host::make_config_file(place); !made)
      return fail(made.error());
  }
  device_config out;
  const auto changed = host::change_config_file(place, [&](value& doc) -> result<void> {
    auto found = read_device_config(doc);
    if (!found)
      return fail(found.error());
    out = *std::move(found);
    if (!out.uuid.empty())
      return {};
    out.uuid.value = new_uuid();
    doc.set("uuid", value{out.uuid.value});
    return {};
  });
  if (!changed)
    return fail(changed.error());
  return out;
}

std::string random_uuid() {
  std::random_device source;
  std::array<std::uint32_t, 4> bits{source(), source(), source(), source()};
  // RFC 4122, 4.4: version 4, variant 1.
  bits[1] = (bits[1] & 0xffff0fffU) | 0x00004000U;
  bits[2] = (bits[2] & 0x3fffffffU) | 0x80000000U;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const auto word : bits) {
    for (auto shift = 28U; shift <= 28U; shift -= 4U)
      out += digits[(word >> shift) & 0xfU];
  }
  return out;
}

} // namespace copal
