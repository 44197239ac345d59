// One fuzz target per parser of what callers of the local API send: FUZZ_TARGET names it.

#include "adapters/json/json.hpp"
#include "adapters/web/answer.hpp"
#include "adapters/web/request.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace copal;

namespace {

void must(bool x) {
  if (!x)
    std::abort();
}

/// The target of a request, an authorization and a list of tags, apart at line ends.
[[maybe_unused]] void fuzz_request(std::string_view text) {
  const auto first = text.find('\n');
  const auto second = first == std::string_view::npos ? first : text.find('\n', first + 1);
  auto target = web::read_target(text.substr(0, first));
  must(target.path.find('?') == std::string_view::npos);
  must(target.query.size() <= 1000);
  if (second == std::string_view::npos)
    return;
  const auto header = text.substr(first + 1, second - first - 1);
  const auto from_header = web::read_authorization(header);
  must(from_header.find_first_of(" ,;\"-") == std::string_view::npos);
  const auto key = web::take_key(target.query, header);
  for (const auto& field : target.query)
    must(field.name != "apikey");
  must(key.empty() || !text.empty());
  (void)web::is_fresh({text.substr(second + 1), ""}, "W/\"1-2\""); // Any answer will do.
}

/// A form's tree is no deeper than it may be, and can be written if its texts can.
[[maybe_unused]] void fuzz_form(std::string_view text) {
  const auto form = web::read_form(text);
  must(form.is(value::kind::map));
  if (const auto written = json::write(form))
    must(json::parse(*written, {.max_bytes = SIZE_MAX, .max_depth = 16, .max_nodes = SIZE_MAX})
           .has_value());
  api::reply reply;
  reply.form = api::body_form::json;
  reply.body = form;
  const auto answer = web::write_reply(reply);
  must(answer.head.find("\r\n\r\n") == std::string::npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FUZZ_TARGET({reinterpret_cast<const char*>(data), size}); // libFuzzer's bytes are text here
  return 0;
}
