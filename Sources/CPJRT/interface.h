// The part of the PJRT C interface, version 0, that is used here: argument blocks as they lie in memory. The interface
// only ever grows at the end of a block and at the end of the function table, and each begins with its size.
#ifndef CPJRT_INTERFACE_H
#define CPJRT_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What every block begins with.
typedef struct {
    size_t size;
    void *extension;
} pj_head;

typedef struct pj_error pj_error;
typedef struct pj_event pj_event;
typedef struct pj_description pj_description;
typedef struct pj_executable pj_executable;

// Places in the function table.
enum {
    PJ_ERROR_DESTROY = 0, PJ_ERROR_MESSAGE = 1, PJ_PLUGIN_INITIALIZE = 3, PJ_EVENT_DESTROY = 5, PJ_EVENT_AWAIT = 8,
    PJ_CLIENT_CREATE = 10, PJ_CLIENT_PLATFORM_NAME = 12, PJ_CLIENT_PLATFORM_VERSION = 14, PJ_CLIENT_DEVICES = 16,
    PJ_CLIENT_COMPILE = 20, PJ_CLIENT_BUFFER = 22, PJ_DESCRIPTION_ID = 23, PJ_DESCRIPTION_KIND = 26,
    PJ_DEVICE_DESCRIPTION = 29, PJ_DEVICE_MEMORY = 34, PJ_EXECUTABLE_DESTROY = 40, PJ_PROGRAM_DESTROY = 50,
    PJ_PROGRAM_EXECUTABLE = 51, PJ_PROGRAM_EXECUTE = 55, PJ_BUFFER_DESTROY = 58, PJ_BUFFER_TO_HOST = 70,
    PJ_EXECUTABLE_MEMORY = 96
};

// What `GetPjrtApi` returns.
typedef struct {
    pj_head head;
    struct {
        pj_head head;
        int major, minor;
    } version;
    void *functions[];
} pj_table;

typedef struct {
    pj_head head;
    pj_error *error;
} pj_error_destroy;

typedef struct {
    pj_head head;
    const pj_error *error;
    const char *text;  // out
    size_t text_size;  // out
} pj_error_message;

// A block that names one object and nothing else.
typedef struct {
    pj_head head;
    void *object;
} pj_one;

// A block that asks one object for another.
typedef struct {
    pj_head head;
    void *object;
    void *result;  // out
} pj_part;

// A block that asks an object for a text, which it keeps.
typedef struct {
    pj_head head;
    void *object;
    const char *text;  // out
    size_t text_size;  // out
} pj_text;

typedef struct {
    pj_head head;
    const void *options;
    size_t option_count;
    void *get, *get_context, *put, *put_context;
    pj_client *client;  // out
    void *try_get, *try_get_context;
} pj_create;

typedef struct {
    pj_head head;
    pj_client *client;
    pj_device *const *devices;  // out
    size_t count;               // out
} pj_devices;

typedef struct {
    pj_head head;
    pj_description *description;
    int identifier;  // out
} pj_identifier;

// A number of which the plugin says whether it knows it.
typedef struct {
    int64_t value;
    bool is_known;
} pj_known;

typedef struct {
    pj_head head;
    pj_device *device;
    int64_t used;  // out
    // Peak, number and size of allocations, limit, reserved, its peak and limit, largest free block, pool, its peak.
    pj_known others[10];  // out
} pj_device_bytes;
enum { PJ_LIMIT = 3 };

typedef struct {
    pj_head head;
    const char *text;
    size_t text_size;
    const char *format;
    size_t format_size;
} pj_code;

typedef struct {
    pj_head head;
    pj_client *client;
    const pj_code *code;
    const void *options;
    size_t options_size;
    pj_program *program;  // out
} pj_compilation;

typedef struct {
    pj_head head;
    pj_executable *executable;
    int64_t code, arguments, outputs, shared, temporary;      // out
    int64_t on_host[5];                                       // out
    int64_t peak;                                             // out, later versions
    int64_t later[4];
} pj_executable_bytes;

typedef struct {
    pj_head head;
    pj_client *client;
    const void *elements;
    int type;
    const int64_t *extents;
    size_t rank;
    const int64_t *strides;
    size_t stride_count;
    int semantics;  // 0: the elements are read before the call returns
    pj_device *device;
    void *memory, *layout;
    pj_event *is_copied;  // out
    pj_buffer *buffer;    // out
} pj_upload;

typedef struct {
    pj_head head;
    pj_buffer *buffer;
    void *layout;
    void *memory;
    size_t bytes;
    pj_event *is_there;  // out
} pj_download;

typedef struct {
    pj_head head;
    void *send, *receive;
    size_t send_count, receive_count;
    int launch;
    const int64_t *kept;
    size_t kept_count;
    void *context;
    const char *place;
    size_t task_count;
    void *tasks, *incarnations;
} pj_run_options;

typedef struct {
    pj_head head;
    pj_program *program;
    pj_run_options *options;
    pj_buffer *const *const *arguments;  // for each device
    size_t device_count, argument_count;
    pj_buffer **const *outputs;  // for each device
    pj_event **is_over;
    pj_device *device;
} pj_run;

#endif
