#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <string>

namespace saiten::outbox {

// One handle of libcurl, which keeps its connections between calls.
class CurlHandle {
 public:
  CurlHandle();

  // Gives up the connections: one on which something went wrong may still hold the answer to what was said on it, which
  // the next call would take for its own.
  void Renew();
  // Options as at the beginning, connections stay.
  void Reset(const std::string& url, int64_t timeout_ms, const std::string& ca_file);
  template <typename T>
  void Set(CURLoption option, T value) {
    curl_easy_setopt(handle_.get(), option, value);
  }
  CURLcode Perform() { return curl_easy_perform(handle_.get()); }
  int Code() const;
  CURL* get() const { return handle_.get(); }

 private:
  struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  std::unique_ptr<CURL, Cleanup> handle_;
};

// Header lines for one request.
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Lines = std::unique_ptr<curl_slist, FreeList>;

}  // namespace saiten::outbox
