#pragma once

#include "messages/api.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What callers of the local API send, read. Pure and total: any bytes give something.
namespace copal::web {

/// The target of a request line.
struct request_target {
  std::string_view path; ///< As it came; without the host of an absolute target.
  std::vector<api::field> query;
};

/// Splits and decodes. What is not percent-encoded as it should be is left as it stands. At most a
/// thousand fields; the rest is dropped.
request_target read_target(std::string_view target);

/// The key of an `Authorization` header: `ApiKey <key>` or `Bearer <key>`, the scheme in any case.
/// Empty when it is neither. Source: spec/device-api.md §2.1.
std::string_view read_authorization(std::string_view header);

/// Takes `apikey` out of the query and returns the key that counts: the query's, unless it is empty
/// or given twice; else the header's.
secret take_key(std::vector<api::field>& query, std::string_view authorization);

/// A body as it arrived.
struct body_text {
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view bytes;
};

/// What the body says. `problem` tells why it says nothing; other content types say nothing, too,
/// and are no problem.
struct body_meaning {
  value body = value::map({});
  std::string problem;
};
body_meaning read_body(const body_text& what);

/// Reads `a=1&b[c]=2&d[]=3`: nested to five levels, at most a thousand fields. Later ones of the
/// same name make a list.
value read_form(std::string_view text);

} // namespace copal::web
